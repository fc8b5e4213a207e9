const DAY = 86_400_000;

/**
 * The checks that an account may make in a day. A used-up quota comes back at midnight UTC: AbuseIPDB
 * does not say when its day ends, so a client has to go by the headers.
 */
export class DailyQuota {
  readonly limit: number;
  readonly #now: () => number;
  #day: number;
  #left: number;

  constructor(limit: number, now: () => number) {
    requireCount('quota', limit);
    this.limit = limit;
    this.#now = now;
    this.#day = dayOf(now());
    this.#left = limit;
  }

  get remaining(): number {
    this.#renew();
    return this.#left;
  }

  /** Sets what is left of today. Throws a RangeError for what is no count. */
  setRemaining(remaining: number): void {
    requireCount('remaining quota', remaining);
    this.#renew();
    this.#left = remaining;
  }

  /** Counts one check; `false` when none was left. */
  tryConsume(): boolean {
    this.#renew();
    if (this.#left === 0) return false;
    this.#left -= 1;
    return true;
  }

  /** When the quota comes back, in milliseconds since the epoch. */
  get resetsAt(): number {
    return (dayOf(this.#now()) + 1) * DAY;
  }

  /** The headers of each answer, success or error. */
  headers(remaining: number = this.remaining): Record<string, string> {
    return { 'X-RateLimit-Limit': `${this.limit}`, 'X-RateLimit-Remaining': `${remaining}` };
  }

  /**
   * The headers that 429 has besides. `retryAfter` in seconds, until the reset when absent; a text is sent
   * as it is.
   */
  retryHeaders(retryAfter?: number | string): Record<string, string> {
    if (typeof retryAfter === 'string') {
      return { 'Retry-After': retryAfter, 'X-RateLimit-Reset': retryAfter };
    }
    const now = this.#now();
    const seconds = retryAfter ?? Math.ceil((this.resetsAt - now) / 1000);
    return {
      'Retry-After': `${seconds}`,
      'X-RateLimit-Reset': `${Math.floor(now / 1000) + seconds}`,
    };
  }

  #renew(): void {
    const today = dayOf(this.#now());
    if (today === this.#day) return;
    this.#day = today;
    this.#left = this.limit;
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY);
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`The ${name} must be a whole number of 0 or more, not ${value}.`);
  }
}
