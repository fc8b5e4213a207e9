import { createHash } from 'node:crypto';
import type { CheckCause } from '../../causes.ts';
import type { Pace } from '../admission/pace.ts';
import type { DynamoDbCache } from '../cache/dynamodb-cache.ts';
import type { CircuitBreaker } from '../circuit-breaker.ts';
import { isPlausibleRetryTime } from './retry-after.ts';

export interface QuotaGuardOptions {
  readonly breaker: CircuitBreaker<CheckCause>;
  readonly cache: Pick<
    DynamoDbCache,
    'readQuotaExhaustedUntil' | 'writeQuotaExhaustedUntil' | 'warmUp'
  >;
  readonly key: () => string | undefined;
  readonly now: () => number;
  readonly pace: Pick<Pace, 'learnReset' | 'forget'>;
  /** Milliseconds between two reads of the shared quota state. */
  readonly rereadAfterMs: number;
}

/**
 * Forces the circuit to AbuseIPDB open while the quota of the API key is exhausted or the key is rejected.
 * The tasks share the quota, so they share its exhaustion through DynamoDB. A new key ends both states: it
 * belongs to another account, or corrects a wrong one.
 */
export class QuotaGuard {
  readonly #options: QuotaGuardOptions;
  #key: string | undefined;
  #keyName = keyNameOf(undefined);
  #readAt: number | undefined;
  #pendingRead: Promise<void> | undefined;

  constructor(options: QuotaGuardOptions) {
    this.#options = options;
  }

  /** Returns the current API key, if there is one. When it has changed, ends the states of the old key. */
  currentKey(): string | undefined {
    const key = this.#options.key() || undefined;
    if (key !== this.#key) {
      this.#key = key;
      this.#keyName = keyNameOf(key);
      this.#readAt = undefined;
      this.#options.breaker.endForcedOpen();
      this.#options.pace.forget();
    }
    return key;
  }

  /** Reads whether another task has found the quota exhausted, at most once in `rereadAfterMs`. */
  async refresh(): Promise<void> {
    this.currentKey();
    await (this.#isRecent() ? this.#pendingRead : this.#read('readQuotaExhaustedUntil'));
  }

  /** Makes the first read at startup, which warms the DynamoDB client up as well. */
  async warmUp(): Promise<void> {
    this.currentKey();
    await this.#read('warmUp');
  }

  /** Stops checks with a key that AbuseIPDB has rejected, for `durationMs`. */
  markKeyRejected(key: string, durationMs: number): void {
    // The response to a check with an old key says nothing about the new one.
    if (key !== this.currentKey()) return;
    const keyRejectedUntil = this.#options.now() + durationMs;
    this.#options.breaker.forceOpen('auth', keyRejectedUntil);
  }

  /** Stops checks with a key whose quota is exhausted, in all tasks, for `durationMs`. */
  markQuotaExhausted(key: string, durationMs: number): void {
    if (key !== this.currentKey()) return;
    const quotaExhaustedUntil = this.#options.now() + durationMs;
    this.#options.breaker.forceOpen('quota', quotaExhaustedUntil);
    this.#options.pace.learnReset(quotaExhaustedUntil);
    this.#options.cache.writeQuotaExhaustedUntil(this.#keyName, quotaExhaustedUntil);
  }

  #isRecent(): boolean {
    if (this.#readAt === undefined) return false;
    const age = this.#options.now() - this.#readAt;
    return age >= 0 && age < this.#options.rereadAfterMs;
  }

  #read(method: 'readQuotaExhaustedUntil' | 'warmUp'): Promise<void> {
    const { cache, breaker, now } = this.#options;
    const keyName = this.#keyName;
    this.#readAt = now();
    const read = cache[method](keyName).then((quotaExhaustedUntil) => {
      if (this.#pendingRead === read) this.#pendingRead = undefined;
      if (quotaExhaustedUntil === undefined || keyName !== this.#keyName) return;
      if (!isPlausibleRetryTime(quotaExhaustedUntil, now())) return;
      breaker.forceOpen('quota', quotaExhaustedUntil);
      this.#options.pace.learnReset(quotaExhaustedUntil);
    });
    this.#pendingRead = read;
    return read;
  }
}

/** Returns a name for an API key. A hash does not reveal the key, which is long and random. */
function keyNameOf(key: string | undefined): string {
  if (key === undefined) return 'no-key';
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}
