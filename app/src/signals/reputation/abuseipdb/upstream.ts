import { tell } from '../../../lib/notify.ts';
import { member } from '../../../lib/optional-field.ts';
import type { Address } from '../../address/address.ts';
import type { Breaker, Permit } from '../circuit-breaker.ts';
import type { ReputationHooks } from '../hooks.ts';
import type { AbuseRecord, CheckCause } from '../reputation.ts';
import type { Check, CheckAnswer, CheckFailure } from './check.ts';
import type { Gate } from './quota-guard.ts';

/** A refused key is tried again after this, so that a repaired account works within five minutes. */
const AUTH_PAUSE = 4 * 60 * 1000;

export type UpstreamAnswer =
  | { readonly record: AbuseRecord; readonly quotaLeft?: number }
  | {
      readonly cause: CheckCause;
      /** Milliseconds to remember it of this address; none when it says nothing of the address. */
      readonly rememberFor?: number;
    };

export interface UpstreamOptions {
  readonly check: Check;
  readonly breaker: Breaker<CheckCause>;
  readonly gate: Gate;
  readonly concurrency: number;
  readonly errorMemory: number;
  readonly refusalMemory: number;
  readonly hooks: ReputationHooks;
}

/** AbuseIPDB while it may be asked: with a key, quota left, the breaker closed and few checks under way. */
export class Upstream {
  readonly #options: UpstreamOptions;
  #running = 0;
  #quotaLeft: number | undefined;

  constructor(options: UpstreamOptions) {
    this.#options = options;
  }

  /** Checks left in the quota, as the last answer had it. */
  quotaLeft(): number | undefined {
    return this.#quotaLeft;
  }

  /** One check, if it may be made now. */
  async ask(address: Address): Promise<UpstreamAnswer> {
    const key = this.#options.gate.currentKey();
    if (key === undefined) return { cause: 'auth' };
    if (this.#running >= this.#options.concurrency) return { cause: 'upstream' };
    const entry = this.#options.breaker.enter();
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
    if (answer.quotaLeft !== undefined) this.#quotaLeft = answer.quotaLeft;
    tell(this.#options.hooks.onCheck, {
      ...('cause' in answer ? { cause: answer.cause } : {}),
      ...member('status', answer.status),
      ...member('quotaLeft', answer.quotaLeft),
      ...member('quotaLimit', answer.quotaLimit),
      milliseconds: performance.now() - start,
    });
    return answer;
  }

  #judge(answer: CheckAnswer, key: string, permit: Permit<CheckCause>): UpstreamAnswer {
    if ('record' in answer) {
      permit.succeeded();
      return { record: answer.record, ...member('quotaLeft', answer.quotaLeft) };
    }
    const { cause, closedFor } = answer;
    if (cause === 'auth') this.#options.gate.refuseKey(key, AUTH_PAUSE);
    if (closedFor !== undefined) this.#options.gate.closeQuota(key, closedFor);
    return { cause, ...member('rememberFor', this.#blame(answer, permit)) };
  }

  /** Who is at fault: AbuseIPDB, which the breaker counts, the question, or the key. */
  #blame(failure: CheckFailure, permit: Permit<CheckCause>): number | undefined {
    const { errorMemory, refusalMemory } = this.#options;
    if (failure.cause === 'auth' || failure.cause === 'quota' || failure.status === 422) {
      // AbuseIPDB works. A key that was just refused holds the breaker open already.
      permit.succeeded();
      return failure.status === 422 ? refusalMemory : undefined;
    }
    // An answer without a score counts too: it costs quota, and one odd address opens nothing.
    permit.failed(failure.cause);
    return errorMemory;
  }
}
