import { LRUCache } from 'lru-cache';
import type { AbuseRecord, CheckCause } from '../reputation.ts';

interface Failure {
  readonly cause: CheckCause;
  readonly since: number;
  readonly until: number;
}

/**
 * Failures that are remembered at one time. Only a check that was made can fail, so the default limits
 * allow some 2,000 in the 10 s for which one is remembered (64 at a time, 0.3 s each). One that is
 * forgotten early costs one more check.
 */
export const FAILURES_REMEMBERED = 10_000;

/**
 * Names of providers, their domains and uses that are kept once for all records that have them: 6 MB if
 * each were as long as it may be. Of one that is not among them, every record keeps its own.
 */
const SHARED_TEXTS = 10_000;

/**
 * What this process knows of addresses: their last record, and a check that just failed. They are
 * apart, so that invented addresses whose checks fail take no record's place. A record goes only for
 * another one, which AbuseIPDB gave for a check of its quota, now or within the stale maximum.
 */
export class ReputationMemory {
  readonly #records: LRUCache<string, AbuseRecord>;
  readonly #failures = new LRUCache<string, Failure>({ max: FAILURES_REMEMBERED });
  readonly #texts = new LRUCache<string, string>({ max: SHARED_TEXTS });
  readonly #now: () => number;

  /** @param entries most records. */
  constructor(entries: number, now: () => number) {
    this.#records = new LRUCache({ max: entries });
    this.#now = now;
  }

  record(address: string): AbuseRecord | undefined {
    return this.#records.get(address);
  }

  /** Why the last check failed, while that is remembered. */
  failure(address: string): CheckCause | undefined {
    const failure = this.#failures.get(address);
    if (failure === undefined) return undefined;
    const now = this.#now();
    // Before `since` the clock was set back, and the memory could last for hours.
    return now >= failure.since && now < failure.until ? failure.cause : undefined;
  }

  /** Keeps a record in place of what was known. */
  keep(address: string, record: AbuseRecord): void {
    const { usage, isp, domain } = record;
    this.#records.set(address, {
      ...record,
      usage: this.#shared(usage),
      isp: this.#shared(isp),
      domain: this.#shared(domain),
    });
    this.#failures.delete(address);
  }

  /** The same text as one that is kept already: each answer brings its own, and they are a third of a record. */
  #shared(text: string | undefined): string | undefined {
    if (text === undefined) return undefined;
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  /** Remembers a failed check for a time in milliseconds, beside the record that there is. */
  fail(address: string, cause: CheckCause, time: number): void {
    const since = this.#now();
    this.#failures.set(address, { cause, since, until: since + time });
  }
}
