import { LRUCache } from 'lru-cache';
import type { AbuseRecord, CheckCause } from './reputation.ts';

interface Failure {
  readonly cause: CheckCause;
  readonly since: number;
  readonly until: number;
}

interface Entry {
  readonly record?: AbuseRecord | undefined;
  readonly failure?: Failure | undefined;
}

/** What this process knows of addresses: their last record, and a check that just failed. */
export class ReputationMemory {
  readonly #entries: LRUCache<string, Entry>;
  readonly #now: () => number;

  constructor(entries: number, now: () => number) {
    this.#entries = new LRUCache({ max: entries });
    this.#now = now;
  }

  record(address: string): AbuseRecord | undefined {
    return this.#entries.get(address)?.record;
  }

  /** Why the last check failed, while that is remembered. */
  failure(address: string): CheckCause | undefined {
    const failure = this.#entries.get(address)?.failure;
    if (failure === undefined) return undefined;
    const now = this.#now();
    // Before `since` the clock was set back, and the memory could last for hours.
    return now >= failure.since && now < failure.until ? failure.cause : undefined;
  }

  /** Keeps a record in place of what was known. */
  keep(address: string, record: AbuseRecord): void {
    this.#entries.set(address, { record });
  }

  /** Remembers a failed check for a time in milliseconds, beside the record that there is. */
  fail(address: string, cause: CheckCause, time: number): void {
    const since = this.#now();
    const failure = { cause, since, until: since + time };
    this.#entries.set(address, { record: this.record(address), failure });
  }
}
