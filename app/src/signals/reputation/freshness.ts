import type { FreshTimes } from './options.ts';
import type { AbuseRecord } from './reputation.ts';

/** Fresh answers at once, stale stands in when nothing better can be had, gone counts for nothing. */
export type Freshness = 'fresh' | 'stale' | 'gone';

/** Milliseconds since the record was checked. A date ahead of us is another task's clock: age 0. */
export function ageOf(record: AbuseRecord, now: number): number {
  return Math.max(0, now - record.checkedAt);
}

/** How far a record still counts. */
export function freshnessOf(
  record: AbuseRecord,
  now: number,
  limits: { readonly freshTimes: FreshTimes; readonly staleMaximum: number },
): Freshness {
  // So far ahead is no skew but a broken date, and age 0 would keep the record for ever.
  if (record.checkedAt - now > limits.staleMaximum) return 'gone';
  const age = ageOf(record, now);
  if (age >= limits.staleMaximum) return 'gone';
  return age < freshTimeOf(record.score, limits.freshTimes) ? 'fresh' : 'stale';
}

function freshTimeOf(score: number, times: FreshTimes): number {
  if (score < 25) return times.low;
  return score < 75 ? times.elevated : times.high;
}
