import type { Candidate } from '../../../app/src/signals/reputation/admission/admission.ts';
import type { Caller } from '../../../app/src/signals/reputation/admission/caller.ts';
import { proveScore } from '../../../app/src/signals/reputation/blacklist.ts';
import { reconcile } from '../../../app/src/signals/reputation/list-proof.ts';
import {
  isNewerThan,
  nearestPossible,
  type ReputationUse,
  type ScoreKnowledge,
  servesUse,
} from '../../../app/src/signals/reputation/score-knowledge.ts';
import type { AddressBook } from './addresses.ts';
import { FigureCounter, type Figures, type Outcome, outcomeOf } from './figures.ts';
import { SimulatedList } from './list.ts';
import { type Found, ModelledLookup, type Parts } from './lookups.ts';
import type { Plan } from './plans.ts';
import type { Token } from './stream.ts';

/** `BLACKLIST_MAX_AGE` by default. No list of the simulation is as old. */
const LIST_MAX_AGE_MS = 30 * 3_600_000;

/** The conditions of the default policy (app/policy.yaml) that use the score. */
const USE: ReputationUse = { cuts: [25, 75], readsRecord: false };

/** The service with an account of AbuseIPDB: decides tokens, and counts its figures. */
export class Account {
  readonly #addresses: AddressBook;
  readonly #lookups: ModelledLookup;
  readonly #list: SimulatedList | undefined;
  readonly #counter = new FigureCounter();
  #now = 0;

  constructor(plan: Plan, parts: Parts, addresses: AddressBook) {
    this.#addresses = addresses;
    this.#list = plan.list && new SimulatedList(plan.list, addresses);
    const now = () => this.#now;
    this.#lookups = new ModelledLookup({ quotas: plan, parts, addresses, now });
  }

  /** Decides a token, and counts it. */
  decide(token: Readonly<Token>): void {
    this.#now = token.time;
    this.#list?.setTime(token.time);
    const outcome = this.#outcomeOf(token);
    if (token.sender === 'attacker') return;
    if (token.sender === 'bad') {
      this.#counter.countBadTry(outcome);
      return;
    }
    this.#counter.countToken({
      outcome,
      trueScore: this.#addresses.scoreAt(token.address, token.time),
      scoreAtList: this.#scoreAtList(token.address),
    });
  }

  /** Returns the figures of the day that ends. */
  endDay(midnight: number): Figures {
    return this.#counter.endDay(midnight);
  }

  /**
   * Rules with a higher limit come first, but both have the outcome that the score has: what a list proves about one of
   * them alone changes nothing, because the other one needs the lookup.
   */
  #outcomeOf(token: Readonly<Token>): Outcome {
    const proven = this.#prove(token.address);
    if (proven !== undefined && servesUse(proven, USE)) return outcomeOf(proven.min);
    const found = this.#lookups.lookup(token.address, () => this.#candidate(token), proven);
    this.#count(found, token);
    const record = found.known?.record;
    if (record === undefined) return outcomeOf(undefined);
    return outcomeOf(
      proven === undefined || isNewerThan(proven, record)
        ? record.score
        : nearestPossible(proven, record.score),
    );
  }

  #prove(number: number): ScoreKnowledge | undefined {
    if (this.#list === undefined) return undefined;
    const address = this.#addresses.addressOf(number);
    const proof = proveScore(this.#list, address, this.#now, LIST_MAX_AGE_MS);
    return proof.own && reconcile(address, proof, this.#lookups);
  }

  #scoreAtList(number: number): number | undefined {
    if (this.#list === undefined || this.#list.scope.unlistedAtMost >= 100) return undefined;
    return this.#addresses.scoreAt(number, this.#list.publishedAt);
  }

  #candidate({ address, client, user, time }: Readonly<Token>): Omit<Candidate, 'hasFallback'> {
    return {
      address: this.#addresses.addressOf(address),
      caller: callerOf(client, user),
      hasReason: () => this.#addresses.hasReason(address, time),
    };
  }

  #count({ request }: Found, { sender, time }: Readonly<Token>): void {
    if (request === undefined) return;
    if (request !== 'none') {
      this.#counter.countLookup(request === 'block' ? 'blocks' : 'checks');
      if (sender === 'attacker' && request === 'check')
        this.#counter.countLookup('attackersChecks');
    }
    if (sender === 'users') this.#counter.wanted(time, request !== 'none');
  }
}

/** Returns the caller of a token. */
export function callerOf(client: number, user: number | undefined): Caller {
  const clientId = `client-${client}`;
  const hasUser = user !== undefined;
  const subject = hasUser ? `user-${user}` : clientId;
  return { client: clientId, subject, hasUser, tenant: 'bench', clientId };
}
