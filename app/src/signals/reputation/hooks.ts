import type { CheckCause } from '../causes.ts';
import type { HeldBackBy } from './admission/admission.ts';
import type { Caller } from './admission/caller.ts';
import type { CircuitChange } from './circuit-breaker.ts';

/** A read or write of the DynamoDB cache that failed. The request continued without it. */
export interface CacheFailure {
  readonly operation: 'warm' | 'read' | 'write';
  /** `timeout`, `dropped` (too many operations are pending), or the name of the SDK's error. */
  readonly reason: string;
  readonly message: string;
}

/** A CHECK or CHECK-BLOCK request that was sent. */
export interface CheckReport {
  /** Absent when the response is usable. */
  readonly cause?: CheckCause;
  /** HTTP status; absent without a response. */
  readonly status?: number;
  readonly milliseconds: number;
  readonly quotaRemaining?: number;
  /** Calls in the whole quota of the endpoint, if the response states it. */
  readonly quotaLimit?: number;
}

/** CHECK-BLOCK is not called for a while, because the plan of the account does not allow it. */
export interface BlockChecksStopped {
  /** 402 or 422. */
  readonly status: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** A lookup that was not sent, so that the quota lasts and nobody uses it up. */
export interface HeldBackLookup {
  readonly by: HeldBackBy;
  /** Undefined for a lookup on nobody's behalf. */
  readonly caller: Caller | undefined;
}

/** Listeners for logs and metrics. Their errors are swallowed. */
export interface ReputationHooks {
  /** Calls to AbuseIPDB stop or resume. */
  readonly onCircuitChange?: (change: CircuitChange<CheckCause>) => void;
  /** Calls to DynamoDB stop, for the reason of the last failure, or resume. */
  readonly onCacheCircuitChange?: (change: CircuitChange<string>) => void;
  readonly onCacheFailure?: (failure: CacheFailure) => void;
  readonly onCheck?: (report: CheckReport) => void;
  readonly onBlockCheck?: (report: CheckReport) => void;
  readonly onBlockChecksStopped?: (stop: BlockChecksStopped) => void;
  readonly onHeldBack?: (lookup: HeldBackLookup) => void;
  /** An internal error; the request got `unknown(upstream)`. */
  readonly onError?: (error: unknown) => void;
}
