import { notify } from '../../../lib/hooks.ts';
import type { CheckCause } from '../../causes.ts';
import type { Caller } from '../admission/caller.ts';
import { HourlySketch } from '../admission/hourly-sketch.ts';
import type { LookupMerit } from '../admission/merit.ts';
import { Pace } from '../admission/pace.ts';
import type { SentCall } from '../admission/quota-estimate.ts';
import type { BlockRecord } from '../blocks/block.ts';
import { CircuitBreaker } from '../circuit-breaker.ts';
import type { ReputationHooks } from '../hooks.ts';
import { type CallFailure, type CallResult, KEY_REJECTED_MS } from './api-call.ts';
import { reportOf } from './call-report.ts';
import type { CheckBlock } from './check-block.ts';

/** When failures stop calls, and for how long. Longer than for CHECK, which is sent instead. */
const CIRCUIT = { failureThreshold: 3, openMs: 30_000, maxOpenMs: 600_000 };

/** After this time a plan without CHECK-BLOCK, or without blocks of this size, is tried again. */
const PLAN_REJECTED_MS = 60 * 60 * 1000;

/** Concurrent calls. The quota of the free plan allows 4 an hour, and that of the largest 208. */
const MAX_CONCURRENT = 8;

/** Counters in each row of the sketch of subjects. The largest quota allows 208 calls an hour. */
const SUBJECTS_WIDTH = 4_096;

/** Returns whether a status means that the plan does not include CHECK-BLOCK, or not of blocks of this size. */
export function isRejectedByPlan(status: number | undefined): status is 402 | 422 {
  return status === 402 || status === 422;
}

export interface BlockClientOptions {
  readonly checkBlock: CheckBlock;
  /** Returns the current API key. */
  readonly key: () => string | undefined;
  readonly now: () => number;
  readonly hooks: ReputationHooks;
}

/**
 * Checks blocks while there is a key, the quota of CHECK-BLOCK and its pace allow it, and calls succeed. The state is
 * apart from that of CHECK: each endpoint has its own quota, and when this one fails, CHECK is sent instead.
 */
export class BlockClient {
  readonly #options: BlockClientOptions;
  readonly #breaker: CircuitBreaker<CheckCause>;
  readonly #pace: Pace;
  readonly #callsOf: HourlySketch;
  #key: string | undefined;
  #pending = 0;

  constructor(options: BlockClientOptions) {
    const { now } = options;
    this.#options = options;
    this.#breaker = new CircuitBreaker<CheckCause>({ ...CIRCUIT, now });
    this.#pace = new Pace(now);
    this.#callsOf = new HourlySketch(SUBJECTS_WIDTH, now);
  }

  /**
   * Checks a block on behalf of the first caller who has not had its share. Returns undefined if no call can be sent
   * now, and otherwise a promise that resolves with undefined if the call fails, and never rejects.
   */
  check(
    block: number,
    callers: readonly (Caller | undefined)[],
    merit: LookupMerit,
  ): Promise<BlockRecord | undefined> | undefined {
    const key = this.#currentKey();
    if (key === undefined || this.#pending >= MAX_CONCURRENT) return undefined;
    const payer = callers.findIndex((caller) => !this.#hasHadItsShare(caller));
    if (payer < 0 || !this.#pace.allows(merit)) return undefined;
    const acquisition = this.#breaker.tryAcquire();
    if (!acquisition.allowed) return undefined;
    this.#pending += 1;
    const call = this.#pace.spend();
    const subject = callers[payer]?.subject;
    if (subject !== undefined) this.#callsOf.add(subject);
    return this.#send(block, key, call).then((result) => {
      this.#pending -= 1;
      if ('value' in result) {
        acquisition.permit.succeeded();
        return result.value;
      }
      // If AbuseIPDB rejects the call, it works. Without a result, a half-open circuit would never leave that state.
      if (this.#stopCalls(result, key)) acquisition.permit.succeeded();
      else acquisition.permit.failed(result.cause);
      return undefined;
    });
  }

  /** Returns the current key, if there is one. Another account has another quota, and maybe another plan. */
  #currentKey(): string | undefined {
    const key = this.#options.key() || undefined;
    if (key !== this.#key) {
      this.#key = key;
      this.#breaker.endForcedOpen();
      this.#pace.forget();
    }
    return key;
  }

  /** While calls are scarce, a user gets one in an hour, and a client without a user half of them. */
  #hasHadItsShare(caller: Caller | undefined): boolean {
    if (caller === undefined || !this.#pace.isScarce) return false;
    const share = caller.hasUser ? 1 : Math.max(1, (this.#pace.perHour ?? 0) / 2);
    return this.#callsOf.count(caller.subject) >= share;
  }

  async #send(block: number, key: string, call: SentCall): Promise<CallResult<BlockRecord>> {
    const start = performance.now();
    const result = await this.#options.checkBlock(block, key);
    this.#pace.learn(call, result);
    notify(this.#options.hooks.onBlockCheck, reportOf(result, performance.now() - start));
    return result;
  }

  /** Stops calls for the time that a response states or implies. Returns false if it does neither. */
  #stopCalls({ cause, status, retryAfterMs }: CallFailure, key: string): boolean {
    const isOfPlan = isRejectedByPlan(status);
    const stopMs = isOfPlan ? PLAN_REJECTED_MS : cause === 'auth' ? KEY_REJECTED_MS : retryAfterMs;
    if (stopMs === undefined) return false;
    if (key !== this.#currentKey()) return true;
    const until = this.#options.now() + stopMs;
    this.#breaker.forceOpen(cause, until);
    if (cause === 'quota') this.#pace.learnReset(until);
    if (isOfPlan) notify(this.#options.hooks.onBlockChecksStopped, { status, until });
    return true;
  }
}
