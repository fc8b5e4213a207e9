import type { BreakerChange } from './circuit-breaker.ts';
import type { CheckCause } from './reputation.ts';

/** A read or write of the table that failed; the request went on without it. */
export interface CacheFailure {
  readonly operation: 'warm' | 'read' | 'write';
  /** `timeout`, `dropped` (too many are pending), or the name of the SDK's error. */
  readonly reason: string;
  readonly message: string;
}

/** One CHECK that was sent. */
export interface CheckReport {
  /** Absent when the answer counts. */
  readonly cause?: CheckCause;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  readonly milliseconds: number;
  readonly quotaRemaining?: number;
  /** Checks in the whole quota, where the answer said so. */
  readonly quotaLimit?: number;
}

/** Ears for logs and metrics. What they throw is dropped. */
export interface ReputationHooks {
  /** AbuseIPDB is no longer asked, or is asked again. */
  readonly onCircuitState?: (change: BreakerChange<CheckCause>) => void;
  /** The table is passed over, for the reason of the last failure, or read again. */
  readonly onCacheState?: (change: BreakerChange<string>) => void;
  readonly onCacheFailure?: (failure: CacheFailure) => void;
  readonly onCheck?: (report: CheckReport) => void;
  /** A fault of our own; the request got `unknown(upstream)`. */
  readonly onError?: (error: unknown) => void;
}
