import { notify } from '../../../lib/notify.ts';
import { optionalField } from '../../../lib/optional-field.ts';
import type { Address } from '../../address/address.ts';
import type { CircuitBreaker, Permit } from '../circuit-breaker.ts';
import type { ReputationHooks } from '../hooks.ts';
import type { AbuseRecord, CheckCause } from '../reputation.ts';
import type { Check, CheckAnswer, CheckFailure } from './check.ts';
import type { QuotaGuard } from './quota-guard.ts';

/** A refused key is tried again after this, so that a repaired account works within five minutes. */
const AUTH_PAUSE = 4 * 60 * 1000;

export type UpstreamAnswer =
  | { readonly record: AbuseRecord; readonly quotaRemaining?: number }
  | {
      readonly cause: CheckCause;
      /** Milliseconds to remember it of this address; none when it says nothing of the address. */
      readonly rememberFor?: number;
    };

export interface UpstreamOptions {
  readonly check: Check;
  readonly breaker: CircuitBreaker<CheckCause>;
  readonly gate: QuotaGuard;
  readonly maxConcurrentChecks: number;
  readonly negativeTtl: number;
  readonly rejectionTtl: number;
  readonly hooks: ReputationHooks;
}

/** AbuseIPDB while it may be asked: with a key, quota left, the breaker closed and few checks under way. */
export class Upstream {
  readonly #options: UpstreamOptions;
  #running = 0;
  #quotaRemaining: number | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Checks left in the quota, as the last answer had it. */
  quotaRemaining(): number | undefined {
    return this.#quotaRemaining;
  }

  /** One check, if it may be made now. */
  async ask(address: Address): Promise<UpstreamAnswer> {
    const key = this.#options.gate.currentKey();
    if (key === undefined) return { cause: 'auth' };
    if (this.#running >= this.#options.maxConcurrentChecks) return { cause: 'upstream' };
    const entry = this.#options.breaker.tryAcquire();
    if (!entry.allowed) return { cause: entry.cause };
    this.#running += 1;
    try {
      const answer = await this.#check(address, key);
      return this.#judge(answer, key, entry.permit);
    } catch (error) {
      // Without a word the permit of a probe would keep the breaker open for ever.
      entry.permit.failed('upstream');
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  async #check(address: Address, key: string): Promise<CheckAnswer> {
    const start = performance.now();
    const answer = await this.#options.check(address, key);
    if (answer.quotaRemaining !== undefined) this.#quotaRemaining = answer.quotaRemaining;
    notify(this.#options.hooks.onCheck, {
      ...('cause' in answer ? { cause: answer.cause } : {}),
      ...optionalField('status', answer.status),
      ...optionalField('quotaRemaining', answer.quotaRemaining),
      ...optionalField('quotaLimit', answer.quotaLimit),
      milliseconds: performance.now() - start,
    });
    return answer;
  }

  #judge(answer: CheckAnswer, key: string, permit: Permit<CheckCause>): UpstreamAnswer {
    if ('record' in answer) {
      permit.succeeded();
      return { record: answer.record, ...optionalField('quotaRemaining', answer.quotaRemaining) };
    }
    const { cause, retryAfter } = answer;
    if (cause === 'auth') this.#options.gate.refuseKey(key, AUTH_PAUSE);
    if (retryAfter !== undefined) this.#options.gate.closeQuota(key, retryAfter);
    return { cause, ...optionalField('rememberFor', this.#blame(answer, permit)) };
  }

  /** Who is at fault: AbuseIPDB, which the breaker counts, the question, or the key. */
  #blame(failure: CheckFailure, permit: Permit<CheckCause>): number | undefined {
    const { negativeTtl, rejectionTtl } = this.#options;
    if (failure.cause === 'auth' || failure.cause === 'quota' || failure.status === 422) {
      // AbuseIPDB works. A key that was just refused holds the breaker open already.
      permit.succeeded();
      return failure.status === 422 ? rejectionTtl : undefined;
    }
    // An answer without a score counts too: it costs quota, and one odd address opens nothing.
    permit.failed(failure.cause);
    return negativeTtl;
  }
}
