import type { Deadline } from '../../lib/deadline.ts';
import { notify } from '../../lib/hooks.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { CheckCause } from '../causes.ts';
import { known, unknown } from '../signal.ts';
import { createCheck } from './abuseipdb/check.ts';
import { AbuseIpdbClient } from './abuseipdb/client.ts';
import { QuotaGuard } from './abuseipdb/quota-guard.ts';
import { type CacheRead, DynamoDbCache } from './cache/dynamodb-cache.ts';
import { MemoryCache } from './cache/memory.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { ageOf, type Freshness, freshnessOf, isBetter } from './freshness.ts';
import type { ReputationLimits } from './limits.ts';
import { type ReputationOptions, withDefaultLimits } from './options.ts';
import type { AbuseRecord, Reputation, ReputationSignal, ReputationSource } from './reputation.ts';
import {
  contradicts,
  isNewerThan,
  nearestPossible,
  type ScoreKnowledge,
} from './score-knowledge.ts';
import { SingleFlight } from './single-flight.ts';

/** When the circuit to AbuseIPDB opens, and for how long. */
const CIRCUIT = { failureThreshold: 5, openMs: 5_000, maxOpenMs: 30_000 };

/** One lookup of an address, shared by all requests for that address. */
interface PendingLookup {
  readonly address: Address;
  readonly flight: SingleFlight<ReputationSignal>;
  /** What a list proves about the score. */
  readonly proven: ScoreKnowledge | undefined;
  /** Source of the record that would be the stale fallback. */
  source: ReputationSource;
  /** Result of the DynamoDB read; undefined while it is pending. */
  cacheRead: CacheRead | undefined;
}

/** For a request whose deadline passes before the DynamoDB read has ended. */
const TIMED_OUT_READ: CacheRead = { error: 'timeout' };

/**
 * Looks up the reputation of addresses: in memory, in DynamoDB, at AbuseIPDB, and falls back to a stale
 * record.
 */
export class ReputationLookup {
  readonly #options: ReputationOptions;
  readonly #limits: ReputationLimits;
  readonly #memory: MemoryCache;
  readonly #cache: DynamoDbCache;
  readonly #quotaGuard: QuotaGuard;
  readonly #abuseIpdb: AbuseIpdbClient;
  readonly #pending = new Map<string, PendingLookup>();
  readonly #running = new Set<Promise<void>>();

  /** @throws Error when AbuseIPDB's base URL is not valid. */
  constructor(options: ReputationOptions) {
    const { now, key, baseUrl, agents, hooks = {} } = options;
    const limits = withDefaultLimits(options);
    const { maxAgeInDays, abuseIpdbTimeout: timeout, sharedQuotaReread: rereadAfterMs } = limits;
    const onChange = hooks.onCircuitChange;
    const breaker = new CircuitBreaker<CheckCause>({ ...CIRCUIT, now, onChange });
    const cache = new DynamoDbCache({ ...options.cache, limits, now, hooks });
    const quotaGuard = new QuotaGuard({ breaker, cache, key, now, rereadAfterMs });
    const check = createCheck({ baseUrl, maxAgeInDays, timeout, now, limits, agents });
    this.#options = options;
    this.#limits = limits;
    this.#memory = new MemoryCache(limits.memoryEntries, now);
    this.#cache = cache;
    this.#quotaGuard = quotaGuard;
    this.#abuseIpdb = new AbuseIpdbClient({ ...limits, check, breaker, quotaGuard, hooks });
  }

  /**
   * Returns the reputation of an address: synchronously when memory has it, otherwise as a promise that
   * resolves within the deadline. Never throws or rejects.
   *
   * @param proven what a list proves about the score: a record that an equally old or newer list contradicts is stale.
   */
  lookup(
    client: Address,
    deadline: Deadline,
    proven?: ScoreKnowledge,
  ): ReputationSignal | Promise<ReputationSignal> {
    if (!client.public) return unknown(client.cause);
    const address = lookupAddress(client);
    const record = this.#memory.getRecord(address.value);
    if (record !== undefined && this.#freshness(record, proven) === 'fresh') {
      return known(this.#reputation(record, 'memory', proven));
    }
    const failure = this.#memory.getFailure(address.value);
    if (failure !== undefined)
      return this.#staleFallback({ address, proven, source: 'memory' }, failure);
    const pending = this.#pending.get(address.value) ?? this.#start(address, proven);
    const onTimeout = () =>
      withCacheError(this.#staleFallback(pending, 'timeout'), pending.cacheRead ?? TIMED_OUT_READ);
    // Waits even when no time is left: other work may have used it up while the response arrived.
    return pending.flight.wait(deadline.remaining(), onTimeout);
  }

  /**
   * Returns what a list still proves, given the record in memory: a newer record that is fresh replaces the list, and
   * a newer one that is stale and has another score leaves the score open.
   */
  reconcile(client: Address, proven: ScoreKnowledge | undefined): ScoreKnowledge | undefined {
    if (proven === undefined || !client.public) return undefined;
    const record = this.#memory.getRecord(lookupAddress(client).value);
    if (record === undefined || !isNewerThan(proven, record)) return proven;
    switch (this.#freshness(record)) {
      case 'fresh':
        return undefined;
      case 'stale':
        return nearestPossible(proven, record.score) === record.score ? proven : undefined;
      case 'expired':
        return proven;
    }
  }

  /** Makes the first DynamoDB read at startup instead of in the first request. Never rejects. */
  async warmUp(): Promise<void> {
    try {
      await this.#quotaGuard.warmUp();
    } catch (error) {
      notify(this.#options.hooks?.onError, error);
    }
  }

  /** Returns the checks left in AbuseIPDB's quota, as of the last response that stated them. */
  quotaRemaining(): number | undefined {
    return this.#abuseIpdb.quotaRemaining();
  }

  /** Resolves when no lookup and no write is pending. */
  async settle(): Promise<void> {
    // In this order, because a lookup may start a write when it ends.
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#cache.settle();
  }

  #start(address: Address, proven: ScoreKnowledge | undefined): PendingLookup {
    const pending: PendingLookup = {
      address,
      proven,
      flight: new SingleFlight(),
      source: 'memory',
      cacheRead: undefined,
    };
    this.#pending.set(address.value, pending);
    const run = this.#run(pending).then(() => {
      this.#running.delete(run);
    });
    this.#running.add(run);
    return pending;
  }

  async #run(pending: PendingLookup): Promise<void> {
    let signal: ReputationSignal;
    try {
      signal = await this.#find(pending);
    } catch (error) {
      notify(this.#options.hooks?.onError, error);
      signal = this.#staleFallback(pending, 'upstream');
    }
    this.#pending.delete(pending.address.value);
    pending.flight.settle(withCacheError(signal, pending.cacheRead));
  }

  async #find(pending: PendingLookup): Promise<ReputationSignal> {
    const { proven } = pending;
    const address = pending.address.value;
    const [read] = await Promise.all([this.#cache.read(address), this.#quotaGuard.refresh()]);
    const cached = read.record;
    pending.cacheRead = read;
    if (cached !== undefined && this.#isUseful(cached, this.#memory.getRecord(address))) {
      this.#memory.setRecord(address, cached);
      pending.source = 'dynamodb';
      if (this.#freshness(cached, proven) === 'fresh') {
        return known(this.#reputation(cached, 'dynamodb', proven));
      }
    }
    const outcome = await this.#abuseIpdb.check(pending.address);
    if ('record' in outcome) {
      const { record, quotaRemaining } = outcome;
      this.#memory.setRecord(address, record);
      this.#cache.write(address, record);
      return known(this.#reputation(record, 'abuseipdb', undefined, quotaRemaining));
    }
    const { cause, cacheForMs } = outcome;
    if (cacheForMs !== undefined) this.#memory.setFailure(address, cause, cacheForMs);
    return this.#staleFallback(pending, cause);
  }

  #isUseful(cached: AbuseRecord, remembered: AbuseRecord | undefined): boolean {
    if (this.#freshness(cached) === 'expired') return false;
    if (remembered === undefined) return true;
    return isBetter(cached, remembered, this.#options.now(), this.#limits);
  }

  /** Returns the record in memory unless it has expired; otherwise `unknown` with the cause. */
  #staleFallback(
    { address, source, proven }: Pick<PendingLookup, 'address' | 'source' | 'proven'>,
    cause: CheckCause,
  ): ReputationSignal {
    const record = this.#memory.getRecord(address.value);
    if (record === undefined || this.#freshness(record) === 'expired') return unknown(cause);
    const reputation = this.#reputation(record, source, proven);
    return known(reputation.stale ? { ...reputation, staleCause: cause } : reputation);
  }

  #reputation(
    record: AbuseRecord,
    source: ReputationSource,
    proven: ScoreKnowledge | undefined,
    quotaRemaining?: number,
  ): Reputation {
    return {
      record,
      source,
      stale: this.#freshness(record, proven) !== 'fresh',
      age: ageOf(record, this.#options.now()),
      quotaRemaining,
    };
  }

  #freshness(record: AbuseRecord, proven?: ScoreKnowledge): Freshness {
    const freshness = freshnessOf(record, this.#options.now(), this.#limits);
    const isContradicted = freshness === 'fresh' && proven && contradicts(proven, record);
    return isContradicted ? 'stale' : freshness;
  }
}

function withCacheError(signal: ReputationSignal, read: CacheRead | undefined): ReputationSignal {
  return read?.error === undefined ? signal : { ...signal, cacheError: read.error };
}
