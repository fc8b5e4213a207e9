const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What the headers of a response say about the quota. */
export interface QuotaReport {
  /** Calls left. */
  readonly quotaRemaining?: number;
  /** Calls of a whole day. */
  readonly quotaLimit?: number;
}

/** How much an address deserves a lookup. */
export interface LookupMerit {
  /** Something else speaks against the address, such as a feed that lists it. */
  readonly hasReason: boolean;
  /** A stale record would be used instead. */
  readonly hasFallback: boolean;
}

/**
 * Calls that can be saved up for a burst, as a share of a day's quota: those of an hour, so that a burst leaves enough
 * for the hours after it.
 */
const BURST_SHARE = 1 / 24;

/** Shares of the burst that are left to better lookups: those with a reason, and those without any record. */
const LEFT_FOR_REASONS = 1 / 4;
const LEFT_FOR_NEW_ADDRESSES = 1 / 2;

/** The slowest pace, as a share of the average one. A refusal by AbuseIPDB stops calls by other means. */
const SLOWEST_SHARE = 1 / 10;

/** A rise of the remaining quota by this share of the limit is its reset, and not a late response. */
const RESET_RISE = 0.02;

/**
 * Spreads the daily quota of an account evenly over the time until its reset, with room for bursts. It follows the
 * quota that each response states, and so accounts for other tasks and other users of the account without asking them.
 *
 * When the quota is reset is documented nowhere: it is learned when the remaining quota rises, or from a refusal's
 * headers. Until then the remaining quota is spread over a whole day.
 */
export class Pace {
  readonly #now: () => number;
  #limit: number | undefined;
  #remaining = 0;
  /** Calls sent since the last report, which it cannot contain. */
  #unreported = 0;
  /** Calls that may be sent now. */
  #saved = 0;
  #savedAt = 0;
  #resetAt: number | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Returns whether a lookup may spend a call. Without any report yet, each may. */
  allows({ hasReason, hasFallback }: LookupMerit): boolean {
    if (this.#limit === undefined) return true;
    this.#save(this.#limit);
    const burst = burstOf(this.#limit);
    const left = hasReason ? 0 : hasFallback ? LEFT_FOR_NEW_ADDRESSES : LEFT_FOR_REASONS;
    return this.#saved - 1 >= Math.min(left * burst, burst - 1);
  }

  /** Returns whether calls are scarce: less than half of a burst is saved. */
  get isScarce(): boolean {
    if (this.#limit === undefined) return false;
    this.#save(this.#limit);
    return this.#saved < burstOf(this.#limit) / 2;
  }

  /** Calls per hour at the current pace; undefined without any report yet. */
  get perHour(): number | undefined {
    return this.#limit === undefined ? undefined : this.#ratePerMs(this.#limit) * HOUR_MS;
  }

  /** Records that a call is sent. */
  spend(): void {
    this.#unreported += 1;
    this.#saved -= 1;
  }

  /** Learns from the headers of a response. */
  learn({ quotaRemaining, quotaLimit }: QuotaReport): void {
    if (quotaRemaining === undefined || quotaLimit === undefined || quotaLimit <= 0) return;
    if (this.#limit === undefined) {
      this.#savedAt = this.#now();
      this.#saved = Math.min(burstOf(quotaLimit), quotaRemaining);
    } else {
      this.#save(this.#limit);
      this.#follow(quotaRemaining, quotaLimit);
    }
    this.#limit = quotaLimit;
    this.#remaining = quotaRemaining;
    this.#unreported = 0;
  }

  /** Forgets everything, because another account is used. */
  forget(): void {
    this.#limit = undefined;
    this.#resetAt = undefined;
    this.#unreported = 0;
  }

  /** Learns when the quota will be reset, in milliseconds since the epoch. */
  learnReset(at: number): void {
    this.#resetAt = at;
  }

  #follow(remaining: number, limit: number): void {
    const rise = remaining - this.#remaining;
    if (rise > RESET_RISE * limit) {
      this.#resetAt = this.#now() + DAY_MS;
      return;
    }
    // What others have spent. Responses can arrive in another order, so that it may be negative.
    const byOthers = Math.max(0, -rise - this.#unreported);
    this.#saved = Math.max(this.#saved - byOthers, 0);
  }

  /** Adds the calls that the pace has allowed since the last time. */
  #save(limit: number): void {
    const now = this.#now();
    const elapsed = Math.max(0, now - this.#savedAt);
    this.#savedAt = now;
    if (this.#resetAt !== undefined && now >= this.#resetAt) this.#assumeReset(limit);
    this.#saved = Math.min(this.#saved + elapsed * this.#ratePerMs(limit), burstOf(limit));
  }

  /** Lets any lookup find out what is left. */
  #assumeReset(limit: number): void {
    this.#resetAt = this.#now() + DAY_MS;
    this.#remaining = limit;
    this.#unreported = 0;
    this.#saved = Math.max(this.#saved, 1 + LEFT_FOR_NEW_ADDRESSES * burstOf(limit));
  }

  #ratePerMs(limit: number): number {
    const left = Math.max(0, this.#remaining - this.#unreported - Math.max(0, this.#saved));
    const even = left / this.#msUntilReset();
    // The slowest pace finds out that the quota has been reset; the fastest is a burst an hour.
    return Math.min(Math.max(even, (SLOWEST_SHARE * limit) / DAY_MS), burstOf(limit) / HOUR_MS);
  }

  #msUntilReset(): number {
    if (this.#resetAt === undefined) return DAY_MS;
    return Math.min(Math.max(this.#resetAt - this.#now(), 1), DAY_MS);
  }
}

function burstOf(limit: number): number {
  return Math.max(1, limit * BURST_SHARE);
}
