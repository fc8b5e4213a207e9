import { HIGH_SCORE, type ReputationLimits, type ReputationTtl } from './limits.ts';
import type { AbuseRecord } from './reputation.ts';

/**
 * Cache states in the sense of RFC 5861: a fresh record is used at once, a stale one only when no fresh
 * one is available (stale-if-error), an expired one never.
 */
export type Freshness = 'fresh' | 'stale' | 'expired';

export type FreshnessLimits = Pick<ReputationLimits, 'ttl' | 'maxStaleAge' | 'highScoreMemory'>;

/**
 * How far a record's date may be ahead of this task's clock and still be fresh. Synchronised clocks differ
 * by milliseconds; beyond this one of the clocks is wrong, and the record's age is unknown.
 */
const MAX_CLOCK_SKEW_MS = 5_000;

/** Returns the age of a record in milliseconds; 0 if its date is ahead of this task's clock. */
export function ageOf(record: AbuseRecord, now: number): number {
  return Math.max(0, now - record.checkedAt);
}

/**
 * Returns the cache state of a record. A date ahead of this task's clock (another task's clock is wrong,
 * or this one was set back) makes it stale at best, so that the address is checked again.
 */
export function freshnessOf(record: AbuseRecord, now: number, limits: FreshnessLimits): Freshness {
  const age = now - record.checkedAt;
  if (-age >= limits.maxStaleAge || age >= maxAgeOf(record.score, limits)) return 'expired';
  if (isAhead(record, now)) return 'stale';
  return age < ttlOf(record.score, limits.ttl) ? 'fresh' : 'stale';
}

/** Returns the age, in milliseconds, at which a record with a score expires. */
export function maxAgeOf(score: number, limits: FreshnessLimits): number {
  const { maxStaleAge, highScoreMemory } = limits;
  return score >= HIGH_SCORE ? Math.max(maxStaleAge, highScoreMemory) : maxStaleAge;
}

/**
 * Returns whether a record is preferable to another: the newer one is, even if the other one has a longer TTL. A date
 * ahead of this task's clock shows no age: then the fresher one is preferable, and of two in the same state the one
 * whose date is closer to now.
 */
export function isBetter(
  record: AbuseRecord,
  other: AbuseRecord,
  now: number,
  limits: FreshnessLimits,
): boolean {
  if (!isAhead(record, now) && !isAhead(other, now)) return record.checkedAt > other.checkedAt;
  const rank = RANKS[freshnessOf(record, now, limits)];
  const otherRank = RANKS[freshnessOf(other, now, limits)];
  if (rank !== otherRank) return rank > otherRank;
  return Math.abs(now - record.checkedAt) < Math.abs(now - other.checkedAt);
}

function isAhead({ checkedAt }: AbuseRecord, now: number): boolean {
  return checkedAt - now > MAX_CLOCK_SKEW_MS;
}

const RANKS: Readonly<Record<Freshness, number>> = { fresh: 2, stale: 1, expired: 0 };

function ttlOf(score: number, ttl: ReputationTtl): number {
  if (score < 25) return ttl.low;
  return score < HIGH_SCORE ? ttl.elevated : ttl.high;
}
