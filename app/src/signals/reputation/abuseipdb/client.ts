import { notify } from '../../../lib/hooks.ts';
import { optionalField } from '../../../lib/optional-field.ts';
import type { CheckCause } from '../../causes.ts';
import {
  type Candidate,
  causeOf,
  type HeldBackBy,
  type LookupAdmission,
} from '../admission/admission.ts';
import type { BlamingBreaker } from '../admission/blame.ts';
import { FairSlots } from '../admission/fair-slots.ts';
import type { SentCall } from '../admission/quota-estimate.ts';
import type { Permit } from '../circuit-breaker.ts';
import type { ReputationHooks } from '../hooks.ts';
import type { AbuseRecord } from '../reputation.ts';
import { KEY_REJECTED_MS } from './api-call.ts';
import { reportOf } from './call-report.ts';
import type { Check, CheckFailure, CheckResult } from './check.ts';
import type { QuotaGuard } from './quota-guard.ts';

export type CheckOutcome =
  | { readonly record: AbuseRecord; readonly quotaRemaining?: number }
  | {
      readonly cause: CheckCause;
      /** Milliseconds to cache the failure for this address; absent when it is not about the address. */
      readonly cacheForMs?: number;
      /** No check was sent. For another caller one may be. */
      readonly isUnsent?: true;
      readonly heldBackBy?: HeldBackBy;
    };

export interface AbuseIpdbClientOptions {
  readonly check: Check;
  readonly breaker: BlamingBreaker<CheckCause>;
  readonly admission: LookupAdmission;
  readonly quotaGuard: QuotaGuard;
  readonly maxConcurrentChecks: number;
  /** Milliseconds. */
  readonly negativeTtl: number;
  /** Milliseconds. */
  readonly rejectionTtl: number;
  readonly hooks: ReputationHooks;
}

/**
 * Checks addresses while there is a key, the quota and the caller's budget allow it, the circuit is closed and few
 * checks are pending.
 */
export class AbuseIpdbClient {
  readonly #options: AbuseIpdbClientOptions;
  readonly #slots: FairSlots;
  #quotaRemaining: number | undefined;

  constructor(options: AbuseIpdbClientOptions) {
    this.#options = options;
    this.#slots = new FairSlots(options.maxConcurrentChecks);
  }

  /** Returns the checks left in the quota, as of the last response that stated them. */
  quotaRemaining(): number | undefined {
    return this.#quotaRemaining;
  }

  /** Checks an address, or returns why no check can be sent now. */
  async check(candidate: Candidate): Promise<CheckOutcome> {
    const { breaker, admission, quotaGuard, hooks } = this.#options;
    const { address, caller } = candidate;
    const key = quotaGuard.currentKey();
    const stopCause = key === undefined ? 'auth' : breaker.forcedStopCause;
    if (key === undefined || stopCause !== undefined) {
      return { cause: stopCause ?? 'auth', isUnsent: true };
    }
    const heldBackBy = admission.heldBackBy(candidate);
    const release = heldBackBy === undefined ? this.#slots.take(caller) : undefined;
    if (release === undefined) {
      const by = heldBackBy ?? 'slots';
      notify(hooks.onHeldBack, { by, caller });
      return { cause: causeOf(by), isUnsent: true, heldBackBy: by };
    }
    const acquisition = breaker.tryAcquire(caller);
    if (!acquisition.allowed) {
      release();
      return { cause: acquisition.cause, isUnsent: true };
    }
    try {
      const call = admission.spend(candidate);
      const result = await this.#send(address, key, call);
      return this.#toOutcome(result, key, acquisition.permit);
    } catch (error) {
      // Without a result for its permit, a half-open circuit would never leave that state.
      acquisition.permit.failed('upstream');
      throw error;
    } finally {
      release();
    }
  }

  async #send(address: Candidate['address'], key: string, call: SentCall): Promise<CheckResult> {
    const start = performance.now();
    const result = await this.#options.check(address, key);
    if (result.quotaRemaining !== undefined) this.#quotaRemaining = result.quotaRemaining;
    this.#options.admission.pace.learn(call, result);
    notify(this.#options.hooks.onCheck, reportOf(result, performance.now() - start));
    return result;
  }

  #toOutcome(result: CheckResult, key: string, permit: Permit<CheckCause>): CheckOutcome {
    if ('record' in result) {
      permit.succeeded();
      return { record: result.record, ...optionalField('quotaRemaining', result.quotaRemaining) };
    }
    const { cause, retryAfterMs } = result;
    const { quotaGuard } = this.#options;
    if (cause === 'auth') quotaGuard.markKeyRejected(key, KEY_REJECTED_MS);
    if (retryAfterMs !== undefined) quotaGuard.markQuotaExhausted(key, retryAfterMs);
    return { cause, ...optionalField('cacheForMs', this.#reportFailure(result, permit)) };
  }

  /** Reports a failure to the circuit breaker unless AbuseIPDB works; returns for how long to cache it. */
  #reportFailure(failure: CheckFailure, permit: Permit<CheckCause>): number | undefined {
    const { negativeTtl, rejectionTtl } = this.#options;
    if (failure.cause === 'auth' || failure.cause === 'quota' || failure.status === 422) {
      // The key or the request was rejected. If necessary, the quota guard has forced the circuit open.
      permit.succeeded();
      return failure.status === 422 ? rejectionTtl : undefined;
    }
    // A response without a valid score counts, too: it costs quota, and a single one opens no circuit.
    permit.failed(failure.cause);
    return negativeTtl;
  }
}
