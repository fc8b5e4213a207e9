import type { EdgeRequest } from '../message.ts';
import { addressesOf, type IpSets, matches, type RateStatement } from './statement.ts';

/** AWS WAF's default. */
const WINDOW_SECONDS = 300;

/** AWS WAF estimates rates several times a minute; requests of the same second are counted together here. */
const SLOT_MS = 1_000;

/** Counts the requests of a rate rule by its key. */
export class RateCounter {
  readonly #statement: RateStatement;
  readonly #now: () => number;
  /** Numbers of requests by key and second. */
  readonly #counts = new Map<string, Map<number, number>>();

  /** @param now milliseconds since the epoch. */
  constructor(statement: RateStatement, now: () => number) {
    this.#statement = statement;
    this.#now = now;
  }

  /**
   * Counts a request that arrives `times` times, and returns whether the rule acts on it: whether its key has more
   * requests than the limit in the window. Blocked requests count as well.
   */
  exceeds(request: EdgeRequest, times: number, ipSets: IpSets): boolean {
    const { ScopeDownStatement, Limit, EvaluationWindowSec = WINDOW_SECONDS } = this.#statement;
    if (ScopeDownStatement && !matches(ScopeDownStatement, request, ipSets)) return false;
    const key = this.#key(request);
    if (key === undefined) return this.#statement.ForwardedIPConfig?.FallbackBehavior === 'MATCH';
    const now = this.#now();
    const slots = this.#counts.get(key) ?? new Map<number, number>();
    this.#counts.set(key, slots);
    const slot = Math.floor(now / SLOT_MS);
    slots.set(slot, (slots.get(slot) ?? 0) + times);
    const oldest = slot - EvaluationWindowSec;
    let sum = 0;
    for (const [each, count] of slots) {
      if (each <= oldest) slots.delete(each);
      else sum += count;
    }
    return sum > Limit;
  }

  #key(request: EdgeRequest): string | undefined {
    const { AggregateKeyType, ForwardedIPConfig } = this.#statement;
    switch (AggregateKeyType) {
      case 'CONSTANT':
        return '';
      case 'IP':
        return request.address;
      case 'FORWARDED_IP':
        return addressesOf(request, ForwardedIPConfig)?.[0];
      default:
        throw new Error(`Unsupported aggregation: ${AggregateKeyType}.`);
    }
  }
}
