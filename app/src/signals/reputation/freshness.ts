import type { ReputationTtl } from './options.ts';
import type { AbuseRecord } from './reputation.ts';

/** Fresh answers at once, stale stands in when nothing better can be had, gone counts for nothing. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/**
 * How far a record's date may be ahead of this task's clock and still count as now. Clocks that are kept
 * in time differ by milliseconds; a wrong clock is off by more, and then nobody knows the record's age.
 */
const MAX_CLOCK_SKEW_MS = 5_000;

/** Returns the milliseconds since the record was checked; 0 for a date ahead of this task's clock. */
export function ageOf(record: AbuseRecord, now: number): number {
  return Math.max(0, now - record.checkedAt);
}

/**
 * Returns how far a record still counts. A date ahead of this task's clock (another task's clock is
 * wrong, or this one was set back) makes it stale at best, so that it is checked again.
 */
export function freshnessOf(
  record: AbuseRecord,
  now: number,
  limits: { readonly ttl: ReputationTtl; readonly maxStaleAge: number },
): Freshness {
  const ahead = record.checkedAt - now;
  if (Math.abs(ahead) >= limits.maxStaleAge) return 'gone';
  if (ahead > MAX_CLOCK_SKEW_MS) return 'stale';
  return -ahead < freshTimeOf(record.score, limits.ttl) ? 'fresh' : 'stale';
}

/**
 * Returns whether a record is the better one of two: the fresher, and of two alike the one whose date is
 * nearer to now.
 */
export function isBetter(
  record: AbuseRecord,
  other: AbuseRecord,
  now: number,
  limits: { readonly ttl: ReputationTtl; readonly maxStaleAge: number },
): boolean {
  const rank = RANKS[freshnessOf(record, now, limits)];
  const otherRank = RANKS[freshnessOf(other, now, limits)];
  if (rank !== otherRank) return rank > otherRank;
  return Math.abs(now - record.checkedAt) < Math.abs(now - other.checkedAt);
}

const RANKS: Readonly<Record<Freshness, number>> = { fresh: 2, stale: 1, gone: 0 };

function freshTimeOf(score: number, times: ReputationTtl): number {
  if (score < 25) return times.low;
  return score < 75 ? times.elevated : times.high;
}
