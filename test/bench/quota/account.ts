import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import { freshnessOf } from '../../../app/src/signals/reputation/freshness.ts';
import { REPUTATION_DEFAULTS } from '../../../app/src/signals/reputation/limits.ts';
import { scoreOf } from './stream.ts';

/** What became of the tokens of a day. */
export interface Day {
  readonly tokens: number;
  /** Decided on a fresh record that was there already. */
  readonly hits: number;
  /** Asked of AbuseIPDB and answered. */
  readonly lookups: number;
  /** Decided on an older record, because the quota was used up. */
  readonly stale: number;
  /** Decided without a record, for the same reason. */
  readonly unknown: number;
  /** Hour of the day at which the quota was used up, if it was. */
  readonly usedUpAt: number | undefined;
}

const NOTHING = { tokens: 0, hits: 0, lookups: 0, stale: 0, unknown: 0, usedUpAt: undefined };

/**
 * The ladder of the service as far as quota goes: one cache that all tasks share (memory over the table),
 * records fresh by the service's own times, and an account with a quota for each day of UTC, which the
 * tasks do not ask any more once it has refused.
 */
export class Account {
  readonly #checkedAt: Float64Array;
  readonly #quota: DailyQuota;
  #now = 0;
  #day: { -readonly [Name in keyof Day]: Day[Name] } = { ...NOTHING };

  /** @param addresses more than the number of any address. */
  constructor(quota: number, addresses: number) {
    this.#checkedAt = new Float64Array(addresses).fill(Number.NEGATIVE_INFINITY);
    this.#quota = new DailyQuota(quota, () => this.#now);
  }

  /** One token from an address. */
  decide(now: number, address: number): void {
    this.#now = now;
    const day = this.#day;
    day.tokens += 1;
    const checkedAt = this.#checkedAt[address] ?? Number.NEGATIVE_INFINITY;
    const freshness = freshnessOf({ score: scoreOf(address), checkedAt }, now, REPUTATION_DEFAULTS);
    if (freshness === 'fresh') {
      day.hits += 1;
    } else if (this.#quota.tryConsume()) {
      day.lookups += 1;
      this.#checkedAt[address] = now;
    } else {
      day.usedUpAt ??= (now % 86_400_000) / 3_600_000;
      if (freshness === 'stale') day.stale += 1;
      else day.unknown += 1;
    }
  }

  /** What the day came to; a new one begins. */
  endDay(): Day {
    const day = this.#day;
    this.#day = { ...NOTHING };
    return day;
  }
}
