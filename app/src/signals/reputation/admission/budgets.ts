import { LRUCache } from 'lru-cache';
import type { Address } from '../../address/address.ts';
import { subnetOf } from '../inherited-scores.ts';
import type { LookupBudgets } from '../limits.ts';
import type { Caller } from './caller.ts';
import { HourlySketch } from './hourly-sketch.ts';
import { networkKey } from './networks.ts';

/** Whose budget is used up. */
export type BudgetName = keyof LookupBudgets;

/**
 * Counters in each row of the sketches. Without a quota, 64 checks at a time of 0.3 s each are 770,000 new addresses
 * an hour: each counter of the larger ones is then too high by 3, which is a tenth of the default budgets.
 */
const WIDTHS: Readonly<Record<BudgetName, number>> = {
  user: 131_072,
  client: 4_096,
  network: 131_072,
  subnet: 131_072,
};

/** Lookups that are remembered so that a second one of the same address costs no budget. */
const MAX_REMEMBERED = 20_000;
const HOUR_MS = 3_600_000;

/**
 * Limits the new addresses looked up in an hour for one subject and in one network, so that nobody spends the quota
 * with invented addresses. Each task counts on its own: an address is invented through any of them, but a shared count
 * would take a write to DynamoDB for each lookup.
 */
export class BudgetCounter {
  readonly #limits: LookupBudgets;
  readonly #sketches: Readonly<Record<BudgetName, HourlySketch>>;
  readonly #counted: LRUCache<string, true>;

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
    this.#counted = new LRUCache({ max: MAX_REMEMBERED, ttl: HOUR_MS, ttlResolution: 0, perf });
  }

  /** Returns the budget that does not suffice for another lookup of an address; undefined if all do. */
  exceeded(address: Address, caller: Caller): BudgetName | undefined {
    if (this.#counted.has(lookupKey(address, caller))) return undefined;
    return keysOf(address, caller).find(
      ([name, key]) => this.#sketches[name].count(key) >= this.#limits[name],
    )?.[0];
  }

  /** Returns the lookups in the last hour on behalf of the caller's subject. */
  lookupsOf({ subject, hasUser }: Caller): number {
    return this.#sketches[hasUser ? 'user' : 'client'].count(subject);
  }

  /** Counts a lookup. Another one of the same address for the same caller is not counted for an hour. */
  add(address: Address, caller: Caller): void {
    const lookup = lookupKey(address, caller);
    if (this.#counted.has(lookup)) return;
    this.#counted.set(lookup, true);
    for (const [name, key] of keysOf(address, caller)) this.#sketches[name].add(key);
  }
}

function lookupKey({ value }: Address, { subject }: Caller): string {
  return `${value} ${subject}`;
}

function keysOf(address: Address, { subject, hasUser }: Caller): readonly [BudgetName, string][] {
  const subnet = subnetOf(address);
  return [
    [hasUser ? 'user' : 'client', subject],
    ['network', networkKey(address)],
    ...(subnet === undefined ? [] : ([['subnet', subnet]] as const)),
  ] as [BudgetName, string][];
}
