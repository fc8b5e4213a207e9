const DAY_MS = 86_400_000;

/** A rise of the remaining quota by this share of the limit is its reset, and not an imprecise count. */
const RESET_RISE = 0.02;

/** What the headers of a response say about the quota. */
export interface QuotaReport {
  /** Calls left. */
  readonly quotaRemaining?: number;
  /** Calls of a whole day. */
  readonly quotaLimit?: number;
}

/** A call that was sent, with what was known then: its response is newer than that. */
export interface SentCall {
  readonly account: number;
  readonly resets: number;
  readonly remaining: number | undefined;
}

/**
 * Estimates what is left of an account's daily quota, and until when it must last, from the headers of responses. These
 * also contain the calls of other tasks and of other users of the account.
 *
 * When the quota is reset is documented nowhere: it is learned when the remaining quota rises, or from a refusal's
 * headers. Until then it is taken to be a day after the first response, which is never too early.
 */
export class QuotaEstimate {
  readonly #now: () => number;
  #limit: number | undefined;
  #remaining = 0;
  /** Calls sent that `#remaining` may not contain. */
  #unreported = 0;
  #inFlight = 0;
  #resetAt: number | undefined;
  /** The remaining quota is not reported but assumed, because a reset is due. */
  #isAssumed = false;
  /** Resets that were learned. */
  #resets = 0;
  /** Counts the accounts, one for each key. */
  #account = 0;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Calls of a whole day; undefined without any report yet. */
  get limit(): number | undefined {
    return this.#limit;
  }

  /** Calls left, less those that are sent. */
  get left(): number {
    return Math.max(0, this.#remaining - this.#unreported);
  }

  /** Calls sent without a result yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Milliseconds for which the calls must last, 1 to a day: a reset that is further away is an error of a clock. */
  get msUntilReset(): number {
    const now = this.#now();
    return Math.min(Math.max((this.#resetAt ?? now + DAY_MS) - now, 1), DAY_MS);
  }

  /** Records that a call is sent. Its result must be passed to `learn`. */
  send(): SentCall {
    this.#inFlight += 1;
    this.#unreported += 1;
    const isKnown = this.#limit !== undefined && !this.#isAssumed;
    const remaining = isKnown ? this.#remaining : undefined;
    return { account: this.#account, resets: this.#resets, remaining };
  }

  /**
   * Learns from the headers of a response; a call without a response has none. Returns the calls that others have spent
   * since the last report, or undefined if nothing was learned.
   */
  learn(call: SentCall, { quotaRemaining, quotaLimit }: QuotaReport): number | undefined {
    if (call.account !== this.#account) return undefined;
    this.#inFlight -= 1;
    if (quotaRemaining === undefined) return undefined;
    // Without its header, the limit is at least what was left.
    const limit = quotaLimit ?? Math.max(this.#limit ?? 0, quotaRemaining);
    if (limit <= 0) return undefined;
    if (this.#limit === limit && !this.#isAssumed) return this.#follow(call, limit, quotaRemaining);
    this.#limit = limit;
    const now = this.#now();
    if (this.#resetAt === undefined || this.#resetAt <= now) this.#resetAt = now + DAY_MS;
    this.#takeOver(quotaRemaining);
    return 0;
  }

  /** Learns when the quota will be reset, in milliseconds since the epoch. */
  learnReset(at: number): void {
    this.#resetAt = at;
  }

  /** Assumes the whole quota if its reset is due, until a response states it; returns whether that is so. */
  assumeDueReset(): boolean {
    const now = this.#now();
    if (this.#limit === undefined || this.#resetAt === undefined || now < this.#resetAt) {
      return false;
    }
    this.#resetAt = now + DAY_MS;
    this.#takeOver(this.#limit);
    this.#isAssumed = true;
    return true;
  }

  /** Forgets everything, because another account is used. */
  forget(): void {
    this.#account += 1;
    this.#limit = undefined;
    this.#resetAt = undefined;
    this.#isAssumed = false;
    this.#inFlight = 0;
    this.#unreported = 0;
  }

  #follow(call: SentCall, limit: number, remaining: number): number | undefined {
    // Compared with what was known when the call was sent: responses can arrive in another order.
    const isReset = remaining - (call.remaining ?? remaining) > RESET_RISE * limit;
    const isOlderThanReset = call.resets !== this.#resets;
    // Without a rise of its own, it states what was left before the reset.
    if (isOlderThanReset && !isReset) return undefined;
    if (isReset && !isOlderThanReset) {
      this.#resets += 1;
      this.#resetAt = this.#now() + DAY_MS;
      this.#takeOver(remaining);
      return 0;
    }
    const spent = Math.max(0, this.#remaining - remaining);
    const byThisTask = Math.min(spent, this.#unreported);
    this.#remaining -= spent;
    this.#unreported = Math.min(this.#unreported - byThisTask, this.#inFlight);
    return spent - byThisTask;
  }

  #takeOver(remaining: number): void {
    this.#remaining = remaining;
    this.#isAssumed = false;
    this.#unreported = this.#inFlight;
  }
}
