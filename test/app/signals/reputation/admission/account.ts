import type { QuotaReport } from '../../../../../app/src/signals/reputation/admission/quota-estimate.ts';
import { HOUR } from '../harness.ts';

const DAY = 24 * HOUR;

/** An account of AbuseIPDB, with a daily quota that is reset at the same time each day. */
export class Account {
  readonly limit: number;
  readonly #now: () => number;
  readonly #resetOffset: number;
  #day: number;
  remaining: number;
  /** Calls that were refused with 429. */
  refused = 0;

  /** @param resetOffset milliseconds after midnight UTC at which the quota is reset. */
  constructor(now: () => number, limit: number, resetOffset = 0, remaining = limit) {
    this.#now = now;
    this.limit = limit;
    this.#resetOffset = resetOffset;
    this.remaining = remaining;
    this.#day = this.#currentDay();
  }

  /** Milliseconds since the epoch. */
  get resetAt(): number {
    return (this.#currentDay() + 1) * DAY + this.#resetOffset;
  }

  /** Spends a call, and returns the headers of the response and whether it was accepted. */
  call(): QuotaReport & { readonly accepted: boolean } {
    const today = this.#currentDay();
    if (today !== this.#day) this.remaining = this.limit;
    this.#day = today;
    const accepted = this.remaining > 0;
    if (accepted) this.remaining -= 1;
    else this.refused += 1;
    return { accepted, quotaRemaining: this.remaining, quotaLimit: this.limit };
  }

  #currentDay(): number {
    return Math.floor((this.#now() - this.#resetOffset) / DAY);
  }
}
