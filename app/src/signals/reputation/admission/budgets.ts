import { LRUCache } from 'lru-cache';
import type { Address } from '../../address/address.ts';
import { subnetOf } from '../inherited-scores.ts';
import type { LookupBudgets } from '../limits.ts';
import type { Caller } from './caller.ts';
import { HourlySketch } from './hourly-sketch.ts';
import { networkKey } from './networks.ts';

/** Whose budget is used up. */
export type BudgetName = keyof LookupBudgets;

/** The budgets that callers share. */
type SharedBudgetName = 'network' | 'subnet';

/**
 * Counters in each row of the sketches. Without a quota, 64 checks at a time of 0.3 s each are 190,000 new addresses in
 * a quarter of an hour, each with two keys in the sketch of users and three in those of networks: three per counter.
 */
const WIDTHS: Readonly<Record<BudgetName, number>> = {
  user: 131_072,
  client: 4_096,
  network: 196_608,
  subnet: 196_608,
};

/**
 * Calls for one subject, as a multiple of its budget: those that are not for a new address refresh a stale record, or
 * repeat a check that has failed.
 */
const CALLS_PER_NEW_ADDRESS = 2;

/** The share of a network's budget that one user can use up for others of the client, and one client for other clients. */
const SHARE_OF_SHARED = 1 / 2;

/** Lookups that are remembered so that a second one of the same address costs no budget. */
const MAX_REMEMBERED = 20_000;
const HOUR_MS = 3_600_000;

/**
 * Limits the new addresses looked up in an hour for one subject and in one network, so that nobody spends the quota
 * with invented addresses. Each task counts on its own: a shared count would take a write to DynamoDB for each lookup.
 */
export class BudgetCounter {
  readonly #limits: LookupBudgets;
  readonly #sketches: Readonly<Record<BudgetName, HourlySketch>>;
  readonly #remembered: LRUCache<string, true>;

  constructor(limits: LookupBudgets, now: () => number) {
    this.#limits = limits;
    const sketch = (name: BudgetName) => new HourlySketch(WIDTHS[name], now);
    this.#sketches = {
      user: sketch('user'),
      client: sketch('client'),
      network: sketch('network'),
      subnet: sketch('subnet'),
    };
    const perf = { now };
    this.#remembered = new LRUCache({ max: MAX_REMEMBERED, ttl: HOUR_MS, ttlResolution: 0, perf });
  }

  /**
   * Returns the budget that does not suffice for another lookup of an address; undefined if all do.
   *
   * @param isNew whether there is no record of the address, not even a stale one.
   */
  exceeded(address: Address, caller: Caller, isNew: boolean): BudgetName | undefined {
    const own = budgetOf(caller);
    if (this.callsFor(caller) >= CALLS_PER_NEW_ADDRESS * this.#limits[own]) return own;
    if (!isNew || this.#remembered.has(lookupKey(address, caller))) return undefined;
    if (this.#sketches[own].count(caller.subject) >= this.#limits[own]) return own;
    return sharedKeys(address).find(([name, key]) => this.#isUsedUp(name, key, caller))?.[0];
  }

  /** Returns the calls in the last hour on behalf of the caller's subject. */
  callsFor(caller: Caller): number {
    return this.#sketches[budgetOf(caller)].count(callsKey(caller));
  }

  /** Counts a lookup. The address counts as new for the same subject once an hour. */
  add(address: Address, caller: Caller, isNew: boolean): void {
    const sketch = this.#sketches[budgetOf(caller)];
    sketch.add(callsKey(caller));
    const lookup = lookupKey(address, caller);
    if (!isNew || this.#remembered.has(lookup)) return;
    this.#remembered.set(lookup, true);
    sketch.add(caller.subject);
    for (const [name, key] of sharedKeys(address)) this.#addShared(name, key, caller);
  }

  #isUsedUp(name: SharedBudgetName, key: string, caller: Caller): boolean {
    const sketch = this.#sketches[name];
    const keys = [...shareKeys(key, caller), key];
    return keys.some((each) => sketch.count(each) >= this.#limits[name]);
  }

  /** Counts only a part of what a user looks up for the client, and of that a part for all, or one could block others. */
  #addShared(name: SharedBudgetName, key: string, caller: Caller): void {
    const sketch = this.#sketches[name];
    const maxShare = Math.ceil(SHARE_OF_SHARED * this.#limits[name]);
    for (const share of shareKeys(key, caller)) {
      sketch.add(share);
      if (sketch.count(share) > maxShare) return;
    }
    sketch.add(key);
  }
}

function budgetOf({ hasUser }: Caller): 'user' | 'client' {
  return hasUser ? 'user' : 'client';
}

function callsKey({ subject }: Caller): string {
  return `calls ${subject}`;
}

/** Returns the keys of what one user and one client have used of a shared budget. */
function shareKeys(key: string, { subject, client }: Caller): readonly string[] {
  return [...new Set([subject, client])].map((each) => `${key} ${each}`);
}

function lookupKey({ value }: Address, { subject }: Caller): string {
  return `${value} ${subject}`;
}

function sharedKeys(address: Address): readonly (readonly [SharedBudgetName, string])[] {
  const network = ['network', networkKey(address)] as const;
  const subnet = subnetOf(address);
  return subnet === undefined ? [network] : [network, ['subnet', subnet]];
}
