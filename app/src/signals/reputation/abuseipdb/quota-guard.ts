import { createHash } from 'node:crypto';
import type { DynamoDbCache } from '../cache/dynamodb-cache.ts';
import type { CircuitBreaker } from '../circuit-breaker.ts';
import type { CheckCause } from '../reputation.ts';
import { isPlausibleClosing } from './retry-after.ts';

export interface GateOptions {
  readonly breaker: CircuitBreaker<CheckCause>;
  readonly table: Pick<DynamoDbCache, 'readClosing' | 'writeClosing' | 'warm'>;
  readonly key: () => string | undefined;
  readonly now: () => number;
  /** Milliseconds after which the table is asked again for a closing. */
  readonly rereadAfter: number;
}

/**
 * AbuseIPDB closed for the API key: by its quota, which the tasks share and so tell each other
 * through the table, or by its refusal of the key. A new key is a new account's or a good one at
 * last, so what was learned with the old one ends with it.
 */
export class QuotaGuard {
  readonly #options: GateOptions;
  #key: string | undefined;
  #keyName = keyNameOf(undefined);
  #readAt: number | undefined;
  #reading: Promise<void> | undefined;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /** The API key as it is now; none when there is none. Reopens when it has changed. */
  currentKey(): string | undefined {
    const key = this.#options.key() || undefined;
    if (key !== this.#key) {
      this.#key = key;
      this.#keyName = keyNameOf(key);
      this.#readAt = undefined;
      this.#options.breaker.release();
    }
    return key;
  }

  /** Learns from the table what another task has found, unless that was done a moment ago. */
  async reread(): Promise<void> {
    this.currentKey();
    await (this.#isRecent() ? this.#reading : this.#read('readClosing'));
  }

  /** The first reading, at boot, which warms the table's client too. */
  async warm(): Promise<void> {
    this.currentKey();
    await this.#read('warm');
  }

  /** Stops the calls with a key that AbuseIPDB refuses, for a time in milliseconds. */
  refuseKey(key: string, time: number): void {
    // The answer to an old key says nothing of the new one.
    if (key !== this.currentKey()) return;
    this.#options.breaker.forceOpen('auth', this.#options.now() + time);
  }

  /** Stops the calls with a key whose quota is used up, here and in the other tasks. */
  closeQuota(key: string, time: number): void {
    if (key !== this.currentKey()) return;
    const until = this.#options.now() + time;
    this.#options.breaker.forceOpen('quota', until);
    this.#options.table.writeClosing(this.#keyName, until);
  }

  #isRecent(): boolean {
    if (this.#readAt === undefined) return false;
    const age = this.#options.now() - this.#readAt;
    return age >= 0 && age < this.#options.rereadAfter;
  }

  #read(how: 'readClosing' | 'warm'): Promise<void> {
    const keyName = this.#keyName;
    this.#readAt = this.#options.now();
    const reading = this.#options.table[how](keyName).then((until) => {
      if (this.#reading === reading) this.#reading = undefined;
      const holds = until !== undefined && isPlausibleClosing(until, this.#options.now());
      if (holds && keyName === this.#keyName) this.#options.breaker.forceOpen('quota', until);
    });
    this.#reading = reading;
    return reading;
  }
}

/** A name for the key that does not give it away: keys are long and random. */
function keyNameOf(key: string | undefined): string {
  if (key === undefined) return 'no-key';
  return createHash('sha256').update(key).digest('hex').slice(0, 16);
}
