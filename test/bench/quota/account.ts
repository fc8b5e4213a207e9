import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import { freshnessOf } from '../../../app/src/signals/reputation/freshness.ts';
import { REPUTATION_DEFAULTS } from '../../../app/src/signals/reputation/limits.ts';
import { scoreOf } from './stream.ts';

/** The tokens of a day, by their lookups. */
export interface DayTotals {
  readonly tokens: number;
  /** Decided on a fresh cached record. */
  readonly hits: number;
  /** Looked up in AbuseIPDB. */
  readonly lookups: number;
  /** Decided on a stale record, because the quota was exhausted. */
  readonly stale: number;
  /** Decided without a record, because the quota was exhausted. */
  readonly unknown: number;
  /** Hour of the day (UTC) at which the quota was exhausted. */
  readonly exhaustedAt: number | undefined;
}

const NOTHING = { tokens: 0, hits: 0, lookups: 0, stale: 0, unknown: 0, exhaustedAt: undefined };

/**
 * Models the service's use of an AbuseIPDB account: one cache for all tasks, the default TTLs, and a quota per
 * UTC day, after whose exhaustion AbuseIPDB is not called.
 */
export class Account {
  readonly #checkedAt: Float64Array;
  readonly #quota: DailyQuota;
  #now = 0;
  #day: { -readonly [Name in keyof DayTotals]: DayTotals[Name] } = { ...NOTHING };

  /** @param addresses an upper bound of the address numbers. */
  constructor(quota: number, addresses: number) {
    this.#checkedAt = new Float64Array(addresses).fill(Number.NEGATIVE_INFINITY);
    this.#quota = new DailyQuota(quota, () => this.#now);
  }

  /** Records a token from an address at a time in milliseconds since the epoch. */
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
      day.exhaustedAt ??= (now % 86_400_000) / 3_600_000;
      if (freshness === 'stale') day.stale += 1;
      else day.unknown += 1;
    }
  }

  /** Returns the totals of the day and starts a new one. */
  endDay(): DayTotals {
    const day = this.#day;
    this.#day = { ...NOTHING };
    return day;
  }
}
