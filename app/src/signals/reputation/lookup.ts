import type { Deadline } from '../../lib/deadline.ts';
import { notify } from '../../lib/hooks.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { CheckCause } from '../causes.ts';
import { known, unknown } from '../signal.ts';
import { createCheck } from './abuseipdb/check.ts';
import { AbuseIpdbClient, type CheckOutcome } from './abuseipdb/client.ts';
import { QuotaGuard } from './abuseipdb/quota-guard.ts';
import { LookupAdmission } from './admission/admission.ts';
import { BlamingBreaker } from './admission/blame.ts';
import type { Caller } from './admission/caller.ts';
import { type CacheRead, DynamoDbCache } from './cache/dynamodb-cache.ts';
import { MemoryCache } from './cache/memory.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { ageOf, type Freshness, freshnessOf, isBetter } from './freshness.ts';
import { InheritedScores, subnetOf } from './inherited-scores.ts';
import type { ReputationLimits } from './limits.ts';
import { type ReputationOptions, withDefaultLimits } from './options.ts';
import type {
  AbuseRecord,
  FallbackCause,
  Reputation,
  ReputationSignal,
  ReputationSource,
} from './reputation.ts';
import {
  contradicts,
  isNewerThan,
  nearestPossible,
  type ScoreKnowledge,
} from './score-knowledge.ts';
import { SingleFlight } from './single-flight.ts';

/** When the circuit to AbuseIPDB opens, and for how long. */
const CIRCUIT = { failureThreshold: 5, openMs: 5_000, maxOpenMs: 30_000 };

/** What a lookup is for. All parts are optional, as only requests for a token have them. */
export interface LookupPurpose {
  /** What a list proves about the score: a record that an equally old or newer list contradicts is stale. */
  readonly proven?: ScoreKnowledge | undefined;
  /** Milliseconds that the policy waits. @default up to the deadline */
  readonly wait?: number | undefined;
  /** Without one, the lookup has no budget. */
  readonly caller?: Caller | undefined;
  /** Returns whether something else speaks against the address. @default nothing does */
  hasReason?(): boolean;
  /** Called when a CHECK is sent. */
  onSent?(): void;
}

/** Callers that may pay for one lookup. More would cost too much while an attacker repeats requests. */
const MAX_PAYERS = 8;

/** One lookup of an address, shared by all requests for that address. */
interface PendingLookup {
  readonly address: Address;
  /** By subject. The first one whose budget suffices pays. */
  readonly payers: Map<string | undefined, LookupPurpose>;
  readonly flight: SingleFlight<ReputationSignal>;
  readonly purpose: LookupPurpose;
  /** Source of the record that would be the stale fallback. */
  source: ReputationSource;
  /** Result of the DynamoDB read; undefined while it is pending. */
  cacheRead: CacheRead | undefined;
}

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
  readonly #inherited: InheritedScores;
  readonly #admission: LookupAdmission;
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
    const admission = new LookupAdmission(limits.budgets, now);
    const { pace } = admission;
    const quotaGuard = new QuotaGuard({ breaker, cache, key, now, rereadAfterMs, pace });
    const check = createCheck({ baseUrl, maxAgeInDays, timeout, now, limits, agents });
    this.#options = options;
    this.#limits = limits;
    this.#memory = new MemoryCache(limits.memoryEntries, now);
    this.#cache = cache;
    this.#quotaGuard = quotaGuard;
    this.#inherited = new InheritedScores(limits, now);
    this.#admission = admission;
    this.#abuseIpdb = new AbuseIpdbClient({
      ...limits,
      check,
      breaker: new BlamingBreaker(breaker),
      admission,
      quotaGuard,
      hooks,
    });
  }

  /**
   * Returns the reputation of an address: synchronously when memory has it, otherwise as a promise that
   * resolves within the deadline, and within the policy's wait. Never throws or rejects.
   */
  lookup(
    client: Address,
    deadline: Deadline,
    purpose: LookupPurpose = {},
  ): ReputationSignal | Promise<ReputationSignal> {
    if (!client.public) return unknown(client.cause);
    const address = lookupAddress(client);
    const { proven, wait = Number.POSITIVE_INFINITY } = purpose;
    const recalled = this.#recall(address, 'memory', proven);
    if (recalled !== undefined) return recalled;
    const failure = this.#memory.getFailure(address.value);
    if (failure !== undefined) {
      return this.#staleFallback({ address, purpose, source: 'memory' }, failure);
    }
    const pending = this.#pending.get(address.value) ?? this.#start(address, purpose);
    addPayer(pending, purpose);
    const remaining = deadline.remaining();
    const cause = wait < remaining ? 'pending' : 'timeout';
    const onTimeout = () => {
      const recalled = this.#recall(address, pending.source, proven);
      const signal = recalled ?? this.#staleFallback(pending, cause);
      return withCacheError(signal, pending.cacheRead ?? { error: cause });
    };
    // Waits even when no time is left: other work may have used it up while the response arrived.
    return pending.flight.wait(Math.min(remaining, wait), onTimeout);
  }

  /**
   * Returns what a list still proves, given the record in memory: a newer record that is fresh replaces the list, and
   * a newer one that is stale and has another score leaves the score open. An address that is not listed may inherit a
   * score.
   */
  reconcile(client: Address, proven: ScoreKnowledge | undefined): ScoreKnowledge | undefined {
    if (proven === undefined || !client.public) return undefined;
    if (!proven.listed && this.#inherited.find(client) !== undefined) return undefined;
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

  /** Returns the checks per hour that the quota allows at present; undefined before any response stated it. */
  checksPerHour(): number | undefined {
    return this.#admission.pace.perHour;
  }

  /** Returns that pace as a percentage of an even one, a 24th of the quota an hour. */
  pacePercent(): number | undefined {
    return this.#admission.pace.percent;
  }

  /** Resolves when no lookup and no write is pending. */
  async settle(): Promise<void> {
    // In this order, because a lookup may start a write when it ends.
    while (this.#running.size > 0) await Promise.all(this.#running);
    await this.#cache.settle();
  }

  #start(address: Address, purpose: LookupPurpose): PendingLookup {
    const pending: PendingLookup = {
      address,
      purpose,
      payers: new Map(),
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
    const { address, purpose } = pending;
    await Promise.all([
      this.#readCache(pending),
      this.#readInherited(address),
      this.#quotaGuard.refresh(),
    ]);
    const recalled = this.#recall(address, pending.source, purpose.proven);
    if (recalled !== undefined) return recalled;
    const outcome = await this.#check(pending);
    if ('record' in outcome) {
      const { record, quotaRemaining } = outcome;
      this.#remember(address, record);
      return known(this.#reputation(record, 'abuseipdb', undefined, quotaRemaining));
    }
    const { cause, cacheForMs, heldBackBy } = outcome;
    if (cacheForMs !== undefined) this.#memory.setFailure(address.value, cause, cacheForMs);
    const fallback = this.#staleFallback(pending, cause);
    return heldBackBy === undefined ? fallback : { ...fallback, heldBackBy };
  }

  /** Checks an address on behalf of the first caller for whom a check can be sent. */
  async #check({ address, payers }: PendingLookup): Promise<CheckOutcome> {
    const hasFallback = this.#usableRecord(address) !== undefined;
    let outcome: CheckOutcome | undefined;
    // Contains also those who join meanwhile.
    for (const purpose of payers.values()) {
      outcome = await this.#abuseIpdb.check({
        address,
        caller: purpose.caller,
        hasReason: () => purpose.hasReason?.() ?? false,
        hasFallback,
        onSent: () => purpose.onSent?.(),
      });
      if ('record' in outcome || outcome.isUnsent === undefined) return outcome;
    }
    return outcome ?? { cause: 'upstream' };
  }

  async #readCache(pending: PendingLookup): Promise<void> {
    const { value } = pending.address;
    const read = await this.#cache.read(value);
    pending.cacheRead = read;
    const { record } = read;
    if (record === undefined || !this.#isUseful(record, this.#memory.getRecord(value))) return;
    this.#memory.setRecord(value, record);
    pending.source = 'dynamodb';
  }

  /** Reads what other tasks know about the /64 of an IPv6 address. */
  async #readInherited(address: Address): Promise<void> {
    const subnet = subnetOf(address);
    if (subnet === undefined) return;
    const { record } = await this.#cache.read(subnet);
    if (record?.inheritedFrom !== undefined) {
      this.#inherited.remember(address, { ...record, inheritedFrom: record.inheritedFrom });
    }
  }

  /** Remembers a check, in memory and in DynamoDB, for the address and for its /64. */
  #remember(address: Address, record: AbuseRecord): void {
    this.#memory.setRecord(address.value, record);
    this.#cache.write(address.value, record);
    const inheritable = this.#inherited.learn(address, record);
    const subnet = subnetOf(address);
    if (inheritable !== undefined && subnet !== undefined) this.#cache.write(subnet, inheritable);
  }

  /** Returns what memory knows without a check: a record that is fresh, or a higher one that is inherited. */
  #recall(
    address: Address,
    source: ReputationSource,
    proven: ScoreKnowledge | undefined,
  ): ReputationSignal | undefined {
    const record = this.#memory.getRecord(address.value);
    const inherited = this.#inherited.find(address);
    if (inherited !== undefined && inherited.score > (record?.score ?? 0)) {
      const age = ageOf(inherited, this.#options.now());
      return known({ record: inherited, source, stale: false, age });
    }
    if (record === undefined || this.#freshness(record, proven) !== 'fresh') return undefined;
    return known(this.#reputation(record, source, proven));
  }

  #isUseful(cached: AbuseRecord, remembered: AbuseRecord | undefined): boolean {
    if (this.#freshness(cached) === 'expired') return false;
    if (remembered === undefined) return true;
    return isBetter(cached, remembered, this.#options.now(), this.#limits);
  }

  /** Returns the record in memory unless it has expired; otherwise `unknown` with the cause. */
  #staleFallback(
    { address, source, purpose }: Pick<PendingLookup, 'address' | 'source' | 'purpose'>,
    cause: FallbackCause,
  ): ReputationSignal {
    const record = this.#usableRecord(address);
    if (record === undefined) return unknown(cause);
    const reputation = this.#reputation(record, source, purpose.proven);
    return known(reputation.stale ? { ...reputation, staleCause: cause } : reputation);
  }

  /** Returns the record in memory unless it has expired. */
  #usableRecord({ value }: Address): AbuseRecord | undefined {
    const record = this.#memory.getRecord(value);
    return record === undefined || this.#freshness(record) === 'expired' ? undefined : record;
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

function addPayer({ payers }: PendingLookup, purpose: LookupPurpose): void {
  if (payers.size >= MAX_PAYERS) return;
  const subject = purpose.caller?.subject;
  if (!payers.has(subject)) payers.set(subject, purpose);
}

function withCacheError(signal: ReputationSignal, read: CacheRead | undefined): ReputationSignal {
  return read?.error === undefined ? signal : { ...signal, cacheError: read.error };
}
