import type { NonPublicCause } from '../address/address.ts';
import type { Signal } from '../signal.ts';

/** Why nothing is known of an address's abuse record. */
export type ReputationCause = NonPublicCause | CheckCause;

/** Why AbuseIPDB gave no usable answer. */
export type CheckCause = 'quota' | 'auth' | 'timeout' | 'upstream' | 'invalid';

/**
 * What AbuseIPDB's CHECK says of one address. Only the score is certain to be there. A text that
 * AbuseIPDB gives as `null` (it does not know) is empty; a field that an answer lacks is undefined.
 */
export interface AbuseRecord {
  /** abuseConfidenceScore, a whole number from 0 to 100. */
  readonly score: number;
  /** totalReports within `maxAgeInDays`. */
  readonly reports?: number;
  /** numDistinctUsers within `maxAgeInDays`. */
  readonly reporters?: number;
  readonly tor?: boolean;
  /** usageType. */
  readonly usage?: string;
  readonly isp?: string;
  readonly domain?: string;
  /** When AbuseIPDB was asked, in milliseconds since the epoch. */
  readonly checkedAt: number;
}

/** Where a record came from in this request. */
export type ReputationSource = 'memory' | 'dynamodb' | 'abuseipdb';

export interface Reputation {
  readonly record: AbuseRecord;
  readonly source: ReputationSource;
  /** Older than its fresh time: it is all that could be had. */
  readonly stale: boolean;
  /** Why no fresh one could be had, where a stale one stands in. */
  readonly staleCause?: CheckCause;
  /** Milliseconds since AbuseIPDB was asked. */
  readonly age: number;
  /** Checks left in AbuseIPDB's quota, where this request asked it and the answer said so. */
  readonly quotaRemaining?: number;
}

/** The reputation of an address, or why it is unknown, and what was wrong on the way. */
export type ReputationSignal = Signal<Reputation, ReputationCause> & {
  /** Why this lookup could not use the table: as in `TableRead`. */
  readonly cacheError?: string;
};
