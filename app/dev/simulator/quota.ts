const DAY_MS = 86_400_000;

/**
 * The quota of an account, in checks per day. It resets at midnight UTC. AbuseIPDB does not document when its day
 * ends, so clients must rely on the headers.
 */
export class DailyQuota {
  readonly limit: number;
  readonly #now: () => number;
  #day: number;
  #remaining: number;

  constructor(limit: number, now: () => number) {
    requireCount('quota', limit);
    this.limit = limit;
    this.#now = now;
    this.#day = dayOf(now());
    this.#remaining = limit;
  }

  get remaining(): number {
    this.#resetOnNewDay();
    return this.#remaining;
  }

  /** Sets the remaining checks of today. @throws RangeError if it is not an integer of 0 or more. */
  setRemaining(remaining: number): void {
    requireCount('remaining quota', remaining);
    this.#resetOnNewDay();
    this.#remaining = remaining;
  }

  /** Uses one check. Returns false if the quota is exhausted. */
  tryConsume(): boolean {
    this.#resetOnNewDay();
    if (this.#remaining === 0) return false;
    this.#remaining -= 1;
    return true;
  }

  /** When the quota resets, in milliseconds since the epoch. */
  get resetsAt(): number {
    return (dayOf(this.#now()) + 1) * DAY_MS;
  }

  /** Returns the headers of every response. */
  headers(remaining: number = this.remaining): Record<string, string> {
    return { 'X-RateLimit-Limit': `${this.limit}`, 'X-RateLimit-Remaining': `${remaining}` };
  }

  /**
   * Returns the additional headers of a 429.
   *
   * @param retryAfter seconds, or a string that is sent unchanged. @default the seconds until the reset
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

  #resetOnNewDay(): void {
    const today = dayOf(this.#now());
    if (today === this.#day) return;
    this.#day = today;
    this.#remaining = this.limit;
  }
}

function dayOf(time: number): number {
  return Math.floor(time / DAY_MS);
}

function requireCount(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`The ${name} must be an integer of 0 or more, got ${value}.`);
  }
}
