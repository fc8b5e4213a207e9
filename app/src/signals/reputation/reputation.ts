import type { Address } from '../address/address.ts';
import type { CheckCause, ReputationCause } from '../causes.ts';
import type { Signal } from '../signal.ts';
import type { HeldBackBy } from './admission/admission.ts';

/**
 * AbuseIPDB's CHECK response for one address. Only the score is always present. A string that AbuseIPDB
 * returns as `null` is empty; a field that the response lacks is undefined.
 */
export interface AbuseRecord {
  /** abuseConfidenceScore, an integer from 0 to 100. */
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
  /** When AbuseIPDB checked the address, in milliseconds since the epoch. */
  readonly checkedAt: number;
  /** Present if the score comes from a CHECK-BLOCK of the address's /24, which has no other field. */
  readonly ofBlock?: true;
}

/** Why a stale record is used: AbuseIPDB did not return a better one, or not within the policy's `wait`. */
export type FallbackCause = CheckCause | 'pending';

/**
 * Where this request got a record from. `check-block`: from the check of its /24, whenever that was. A score can also
 * come from the blacklist, without a record.
 */
export type ReputationSource = 'memory' | 'dynamodb' | 'abuseipdb' | 'check-block';

export interface Reputation {
  readonly record: AbuseRecord;
  /** The address of the same /64 whose record it is; absent if it is the client's own. */
  readonly inheritedFrom?: Address | undefined;
  readonly source: ReputationSource;
  /** Whether the record is older than its TTL. Used only when no fresh record is available. */
  readonly stale: boolean;
  /** Why no fresh record is available; present when `stale` is true. */
  readonly staleCause?: FallbackCause;
  /** Milliseconds since AbuseIPDB checked the address. */
  readonly age: number;
  /** Checks left in AbuseIPDB's quota, if this request sent a check and the response states it. */
  readonly quotaRemaining?: number;
}

/** The reputation of an address, or the cause why it is unknown. */
export type ReputationSignal = Signal<Reputation, ReputationCause> & {
  /**
   * Why this lookup could not use the DynamoDB cache: the error of `CacheRead`, or `timeout` or `pending` if the request
   * stopped waiting before the read had ended.
   */
  readonly cacheError?: string;
  /** Why this lookup was not sent to AbuseIPDB, if budgets, the pace or other checks held it back. */
  readonly heldBackBy?: HeldBackBy;
};
