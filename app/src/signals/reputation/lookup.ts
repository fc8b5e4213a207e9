import type { Deadline } from '../../lib/deadline.ts';
import { notify } from '../../lib/notify.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import { known, unknown } from '../signal.ts';
import { createCheck } from './abuseipdb/check.ts';
import { QuotaGuard } from './abuseipdb/quota-guard.ts';
import { Upstream } from './abuseipdb/upstream.ts';
import { type CacheRead, DynamoDbCache } from './cache/dynamodb-cache.ts';
import { ReputationMemory } from './cache/memory.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { ageOf, freshnessOf, isBetter } from './freshness.ts';
import { limitsOf, type ReputationLimits, type ReputationOptions } from './options.ts';
import type {
  AbuseRecord,
  CheckCause,
  Reputation,
  ReputationSignal,
  ReputationSource,
} from './reputation.ts';
import { SingleFlight } from './single-flight.ts';

export interface ReputationLadder {
  /**
   * What AbuseIPDB says of an address: from memory, the table, or AbuseIPDB itself. At once, without
   * a promise, when memory knows; otherwise within the deadline. Never throws or rejects.
   */
  lookup(address: Address, deadline: Deadline): ReputationSignal | Promise<ReputationSignal>;
  /** Pays at boot for what the first request would. Resolves in any case. */
  warm(): Promise<void>;
  /** Checks left in AbuseIPDB's quota, as the last answer had it. */
  quotaRemaining(): number | undefined;
  /** Resolves when no lookup and no write is under way. */
  settle(): Promise<void>;
}

/** Failures in a row after which AbuseIPDB is left alone, and for how many milliseconds. */
const BREAKER = { failures: 5, pause: 5_000, maxPause: 30_000 };

/** One lookup of one address, which everybody who asks for that address waits for. */
interface PendingLookup {
  readonly address: Address;
  readonly flight: SingleFlight<ReputationSignal>;
  /** Where the record came from that would stand in. */
  source: ReputationSource;
  /** What the table had; none while it is waited for. */
  read: CacheRead | undefined;
}

/** For who runs out of time before the table has answered. */
const LATE: CacheRead = { fault: 'timeout' };

/** The reputation lookup. Throws when AbuseIPDB's base URL is none. */
export function createReputationLookup(options: ReputationOptions): ReputationLadder {
  return new ReputationLookup(options);
}

class ReputationLookup implements ReputationLadder {
  readonly #options: ReputationOptions;
  readonly #limits: ReputationLimits;
  readonly #memory: ReputationMemory;
  readonly #table: DynamoDbCache;
  readonly #gate: QuotaGuard;
  readonly #upstream: Upstream;
  readonly #pending = new Map<string, PendingLookup>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: ReputationOptions) {
    const { now, key, baseUrl, agents, hooks = {} } = options;
    const limits = limitsOf(options);
    const breaker = new CircuitBreaker<CheckCause>({
      ...BREAKER,
      now,
      onState: hooks.onCircuitState,
    });
    this.#options = options;
    this.#limits = limits;
    this.#memory = new ReputationMemory(limits.memoryEntries, now);
    this.#table = new DynamoDbCache({ ...options.table, limits, now, hooks });
    const rereadAfter = limits.sharedQuotaReread;
    this.#gate = new QuotaGuard({ breaker, table: this.#table, key, now, rereadAfter });
    const { maxAgeInDays, abuseIpdbTimeout: timeout } = limits;
    const check = createCheck({ baseUrl, maxAgeInDays, timeout, now, limits, agents });
    this.#upstream = new Upstream({ ...limits, check, breaker, gate: this.#gate, hooks });
  }

  lookup(client: Address, deadline: Deadline): ReputationSignal | Promise<ReputationSignal> {
    if (!client.public) return unknown(client.cause);
    const address = lookupAddress(client);
    const record = this.#memory.record(address.value);
    if (record !== undefined && this.#freshness(record) === 'fresh') {
      return known(this.#reputation(record, 'memory'));
    }
    const failure = this.#memory.failure(address.value);
    if (failure !== undefined) return this.#staleFallback(address, 'memory', failure);
    const search = this.#pending.get(address.value) ?? this.#start(address);
    const late = () =>
      withFault(this.#staleFallback(address, search.source, 'timeout'), search.read ?? LATE);
    // Even with no time left what has arrived counts: other work may have taken all of the time.
    return search.flight.wait(deadline.remaining(), late);
  }

  async warm(): Promise<void> {
    try {
      await this.#gate.warm();
    } catch (error) {
      notify(this.#options.hooks?.onError, error);
    }
  }

  quotaRemaining(): number | undefined {
    return this.#upstream.quotaRemaining();
  }

  async settle(): Promise<void> {
    // A lookup that ends may begin a write, so they are waited for in this order.
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#table.settle();
  }

  #start(address: Address): PendingLookup {
    const search: PendingLookup = {
      address,
      flight: new SingleFlight(),
      source: 'memory',
      read: undefined,
    };
    this.#pending.set(address.value, search);
    const run = this.#run(search).then(() => {
      this.#running.delete(run);
    });
    this.#running.add(run);
    return search;
  }

  async #run(search: PendingLookup): Promise<void> {
    let answer: ReputationSignal;
    try {
      answer = await this.#find(search);
    } catch (error) {
      notify(this.#options.hooks?.onError, error);
      answer = this.#staleFallback(search.address, search.source, 'upstream');
    }
    this.#pending.delete(search.address.value);
    search.flight.settle(withFault(answer, search.read));
  }

  async #find(search: PendingLookup): Promise<ReputationSignal> {
    const address = search.address.value;
    const [read] = await Promise.all([this.#table.read(address), this.#gate.reread()]);
    const found = read.record;
    search.read = read;
    if (found !== undefined && this.#isUseful(found, this.#memory.record(address))) {
      this.#memory.keep(address, found);
      search.source = 'dynamodb';
      if (this.#freshness(found) === 'fresh') return known(this.#reputation(found, 'dynamodb'));
    }
    const answer = await this.#upstream.ask(search.address);
    if ('record' in answer) {
      this.#memory.keep(address, answer.record);
      this.#table.write(address, answer.record);
      return known(this.#reputation(answer.record, 'abuseipdb', answer.quotaRemaining));
    }
    const { cause, rememberFor } = answer;
    if (rememberFor !== undefined) this.#memory.fail(address, cause, rememberFor);
    return this.#staleFallback(search.address, search.source, cause);
  }

  #isUseful(found: AbuseRecord, remembered: AbuseRecord | undefined): boolean {
    if (this.#freshness(found) === 'gone') return false;
    if (remembered === undefined) return true;
    return isBetter(found, remembered, this.#options.now(), this.#limits);
  }

  /** The record that memory has, however old, while it counts for anything; else the cause. */
  #staleFallback(address: Address, source: ReputationSource, cause: CheckCause): ReputationSignal {
    const record = this.#memory.record(address.value);
    if (record === undefined || this.#freshness(record) === 'gone') return unknown(cause);
    const reputation = this.#reputation(record, source);
    return known(reputation.stale ? { ...reputation, staleCause: cause } : reputation);
  }

  #reputation(record: AbuseRecord, source: ReputationSource, quotaRemaining?: number): Reputation {
    return {
      record,
      source,
      stale: this.#freshness(record) !== 'fresh',
      age: ageOf(record, this.#options.now()),
      quotaRemaining,
    };
  }

  #freshness(record: AbuseRecord) {
    return freshnessOf(record, this.#options.now(), this.#limits);
  }
}

/** An answer with what was wrong with the table on the way to it. */
function withFault(answer: ReputationSignal, read: CacheRead | undefined): ReputationSignal {
  return read?.fault === undefined ? answer : { ...answer, cacheError: read.fault };
}
