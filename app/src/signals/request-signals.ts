import type { TokenRequest } from '../action/request.ts';
import type { Deadline } from '../lib/deadline.ts';
import type { Address } from './address/address.ts';
import type { Anonymizer } from './anonymizer.ts';
import type { AddressCause, FeedCause, GeoCause, NetworkCause, NonPublicCause } from './causes.ts';
import { FeedAnswers } from './feeds/feed-answers.ts';
import type { RequestFeeds } from './feeds/request-feeds.ts';
import type { Place } from './geo/database.ts';
import type { Network } from './network.ts';
import type { ReputationSignal } from './reputation/reputation.ts';
import {
  isNewerThan,
  nearestPossible,
  type ReputationUse,
  type ScoreKnowledge,
  servesScore,
  servesUse,
} from './reputation/score-knowledge.ts';
import { known, type Signal } from './signal.ts';

/** The signals that a policy can use, in the order in which they are resolved: the cheapest first. */
export const SIGNAL_NAMES = [
  'address',
  'geo',
  'network',
  'anonymizer',
  'feeds',
  'reputation',
] as const;
export type SignalName = (typeof SIGNAL_NAMES)[number];

/** Sources of the signals. They return a value even if their dependency fails. */
export interface SignalSources {
  address(request: TokenRequest): Signal<Address, AddressCause>;
  /** Returns the feeds as they are now. Called once per request, at its start. */
  feeds(): RequestFeeds;
  geo(address: Address, feeds: RequestFeeds): Signal<Place, GeoCause>;
  network(address: Address, feeds: RequestFeeds): Signal<Network, NetworkCause>;
  anonymizer(address: Address, feeds: RequestFeeds): Signal<Anonymizer, NonPublicCause>;
  /** Returns what a list proves about the score of an address; undefined if it proves nothing. */
  score(address: Address, feeds: RequestFeeds): ScoreKnowledge | undefined;
  reputation(query: ReputationQuery): ReputationSignal | Promise<ReputationSignal>;
}

/** What one request asks about the reputation of its address. */
export interface ReputationQuery {
  readonly address: Address;
  readonly request: TokenRequest;
  readonly deadline: Deadline;
  /** Milliseconds after which the policy decides without the reputation. @default only the deadline counts */
  readonly wait: number | undefined;
  readonly feeds: RequestFeeds;
  /** What `score` returned for the address. */
  readonly score: ScoreKnowledge | undefined;
}

/** Milliseconds that each resolved signal took. Feeds are asked by the conditions themselves. */
export type SignalTimes = { [Name in Exclude<SignalName, 'feeds'>]?: number };

/**
 * The signals of one request. Each is resolved once, when the policy first needs it
 * (docs/decisions/0013-lazy-signals.md). The other signals depend on the address: if it is unknown, they are not
 * resolved.
 */
export class RequestSignals {
  address: Signal<Address, AddressCause> | undefined;
  geo: Signal<Place, GeoCause> | undefined;
  network: Signal<Network, NetworkCause> | undefined;
  anonymizer: Signal<Anonymizer, NonPublicCause> | undefined;
  /** Known as soon as the address is: each feed has its own answer. */
  feeds: Signal<FeedAnswers, FeedCause> | undefined;
  reputation: ReputationSignal | undefined;
  readonly times: SignalTimes = {};
  /** The feeds at the start of the request. */
  readonly feedsAtStart: RequestFeeds;
  readonly #sources: SignalSources;
  readonly #request: TokenRequest;
  readonly #deadline: Deadline;
  readonly #reputationWait: number | undefined;
  /** `null` until it is needed. */
  #provenScore: ScoreKnowledge | undefined | null = null;
  #usedProvenScore = false;

  /** @param reputationWait milliseconds; see `ReputationQuery`. */
  constructor(
    sources: SignalSources,
    request: TokenRequest,
    deadline: Deadline,
    reputationWait?: number,
  ) {
    this.#sources = sources;
    this.#request = request;
    this.#deadline = deadline;
    this.#reputationWait = reputationWait;
    this.feedsAtStart = sources.feeds();
  }

  /** Returns whether `resolve` would have no effect: the signal is resolved, or the address is unknown. */
  isSettled(name: SignalName): boolean {
    return this[name] !== undefined || this.address?.known === false;
  }

  /** Returns whether a list proves enough about the score that an expression needs no CHECK. */
  needsNoCheck(use: ReputationUse): boolean {
    const proven = this.#standingProof();
    return proven !== undefined && servesUse(proven, use);
  }

  /**
   * Returns a score with which an expression has the same result as with the true one, as a list proves; undefined if
   * that takes a CHECK, or if there is a newer one.
   */
  findProvenScore(use: ReputationUse): number | undefined {
    const proven = this.#standingProof();
    if (proven === undefined || !servesScore(proven, use)) return undefined;
    this.#usedProvenScore = true;
    return proven.min;
  }

  /** The score of the last CHECK; of the possible scores the nearest, if a newer list contradicts it. */
  get checkedScore(): number | undefined {
    if (!this.reputation?.known) return undefined;
    const { score } = this.reputation.value.record;
    const proven = this.#standingProof();
    if (proven === undefined) return score;
    if (proven.inheritedFrom !== undefined) this.#usedProvenScore = true;
    return nearestPossible(proven, score);
  }

  /** What a list proved about the score, if a rule has used it and no newer CHECK has replaced it. */
  get usedProvenScore(): ScoreKnowledge | undefined {
    return this.#usedProvenScore ? this.#standingProof() : undefined;
  }

  /** Whether the score is that of another address in the client's /64; undefined if the reputation is not known. */
  get isScoreInherited(): boolean | undefined {
    if (!this.reputation?.known) return undefined;
    const isInherited = this.reputation.value.inheritedFrom !== undefined;
    return isInherited || this.#standingProof()?.inheritedFrom !== undefined;
  }

  /** Returns what a list proves, unless a newer record replaces it. */
  #standingProof(): ScoreKnowledge | undefined {
    const proven = this.#proveScore();
    if (proven === undefined || !this.reputation?.known) return proven;
    const { record, inheritedFrom } = this.reputation.value;
    if (inheritedFrom === undefined && !this.#hasNewerRecord(proven)) return proven;
    // A record of one address says nothing about another one of its /64: the higher score counts.
    const concernsOther = inheritedFrom !== undefined || proven.inheritedFrom !== undefined;
    return concernsOther && proven.min > record.score ? proven : undefined;
  }

  #proveScore(): ScoreKnowledge | undefined {
    if (this.#provenScore !== null) return this.#provenScore;
    if (!this.address?.known) return undefined;
    this.#provenScore = this.#sources.score(this.address.value, this.feedsAtStart);
    return this.#provenScore;
  }

  #hasNewerRecord(proven: ScoreKnowledge): boolean {
    if (!this.reputation?.known) return false;
    const { source, record } = this.reputation.value;
    // The clock of this task may be behind that of AbuseIPDB.
    return source === 'abuseipdb' || isNewerThan(proven, record);
  }

  /**
   * Resolves a signal, and the address that it depends on. Returns no promise if the signal is available
   * synchronously.
   */
  resolve(name: SignalName): void | Promise<void> {
    if (this.isSettled(name)) return;
    if (this.address === undefined) {
      const start = performance.now();
      this.address = this.#sources.address(this.#request);
      this.times.address = performance.now() - start;
    }
    if (name === 'address' || !this.address.known) return;
    switch (name) {
      case 'geo':
        return this.#resolveGeo(this.address.value);
      case 'network':
        return this.#resolveNetwork(this.address.value);
      case 'anonymizer':
        return this.#resolveAnonymizer(this.address.value);
      case 'feeds':
        this.feeds = known(new FeedAnswers(this.feedsAtStart, this.address.value));
        return;
      case 'reputation':
        return this.#resolveReputation(this.address.value);
      default:
        // Otherwise the evaluation would never end.
        throw new Error(`The signal ${name satisfies never} is not resolved.`);
    }
  }

  #resolveGeo(address: Address): void {
    const start = performance.now();
    this.geo = this.#sources.geo(address, this.feedsAtStart);
    this.times.geo = performance.now() - start;
  }

  #resolveNetwork(address: Address): void {
    const start = performance.now();
    this.network = this.#sources.network(address, this.feedsAtStart);
    this.times.network = performance.now() - start;
  }

  #resolveAnonymizer(address: Address): void {
    const start = performance.now();
    this.anonymizer = this.#sources.anonymizer(address, this.feedsAtStart);
    this.times.anonymizer = performance.now() - start;
  }

  #resolveReputation(address: Address): void | Promise<void> {
    const start = performance.now();
    const reputation = this.#sources.reputation({
      address,
      request: this.#request,
      deadline: this.#deadline,
      wait: this.#reputationWait,
      feeds: this.feedsAtStart,
      score: this.#proveScore(),
    });
    if (reputation instanceof Promise) {
      return reputation.then((signal) => this.#setReputation(signal, start));
    }
    this.#setReputation(reputation, start);
  }

  #setReputation(signal: ReputationSignal, start: number): void {
    this.reputation = signal;
    this.times.reputation = performance.now() - start;
  }
}
