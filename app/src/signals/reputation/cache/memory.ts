import { LRUCache } from 'lru-cache';
import type { CheckCause } from '../../causes.ts';
import { HIGH_SCORE } from '../limits.ts';
import type { AbuseRecord } from '../reputation.ts';

interface Failure {
  readonly cause: CheckCause;
  readonly since: number;
  readonly until: number;
}

/**
 * Failures in the cache. Only a check that was sent can fail, so the default limits allow about 2,000
 * within the negative TTL of 10 s (64 at a time, 0.3 s each). One that is evicted early costs one more check.
 */
export const MAX_CACHED_FAILURES = 10_000;

/**
 * Provider names, domains and usage types that records share: 6 MB if each had its maximum length. A
 * record whose strings are not among them keeps its own.
 */
const MAX_SHARED_STRINGS = 10_000;

/** High scores can fill this share of the records. */
const HIGH_SCORE_SHARE = 1 / 2;

/**
 * Records and failed checks in this process's memory. They are separate, so that failed checks of invented
 * addresses evict no record. Only another record, which cost one check of the quota, evicts a record, and only another
 * high score evicts a high score: new addresses, of which most have a low one, must not end a refusal.
 */
export class MemoryCache {
  readonly #maxRecords: number;
  readonly #records: LRUCache<string, AbuseRecord>;
  readonly #highRecords: LRUCache<string, AbuseRecord>;
  readonly #failures = new LRUCache<string, Failure>({ max: MAX_CACHED_FAILURES });
  readonly #strings = new LRUCache<string, string>({ max: MAX_SHARED_STRINGS });
  readonly #now: () => number;

  constructor(maxRecords: number, now: () => number) {
    this.#maxRecords = maxRecords;
    this.#records = new LRUCache({ max: maxRecords });
    this.#highRecords = new LRUCache({ max: Math.ceil(maxRecords * HIGH_SCORE_SHARE) });
    this.#now = now;
  }

  /** Returns the last record of an address, fresh or not. */
  getRecord(address: string): AbuseRecord | undefined {
    return this.#records.get(address) ?? this.#highRecords.get(address);
  }

  /** Returns why the last check failed, until its TTL has passed. */
  getFailure(address: string): CheckCause | undefined {
    const failure = this.#failures.get(address);
    if (failure === undefined) return undefined;
    const now = this.#now();
    // If now is before `since` the clock was set back, and the failure could last for hours.
    return now >= failure.since && now < failure.until ? failure.cause : undefined;
  }

  /** Replaces the record of an address, and forgets a failed check. */
  setRecord(address: string, record: AbuseRecord): void {
    const { usage, isp, domain } = record;
    const isHigh = record.score >= HIGH_SCORE;
    const [records, others] = isHigh
      ? [this.#highRecords, this.#records]
      : [this.#records, this.#highRecords];
    others.delete(address);
    records.set(address, {
      ...record,
      usage: this.#shared(usage),
      isp: this.#shared(isp),
      domain: this.#shared(domain),
    });
    this.#failures.delete(address);
    if (this.#records.size + this.#highRecords.size > this.#maxRecords) this.#records.pop();
  }

  /** Remembers a failed check for `ttlMs`, beside the record if there is one. */
  setFailure(address: string, cause: CheckCause, ttlMs: number): void {
    const since = this.#now();
    this.#failures.set(address, { cause, since, until: since + ttlMs });
  }

  /** Returns the string that other records share: strings are a third of a record's memory. */
  #shared(value: string | undefined): string | undefined {
    if (value === undefined) return undefined;
    const shared = this.#strings.get(value);
    if (shared === undefined) this.#strings.set(value, value);
    return shared ?? value;
  }
}
