import type { Deadline } from '../../lib/deadline.ts';
import { notify } from '../../lib/hooks.ts';
import { optionalField } from '../../lib/optional-field.ts';
import { PendingWork } from '../../lib/pending-work.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { CheckCause } from '../causes.ts';
import { known, unknown } from '../signal.ts';
import { BlockClient } from './abuseipdb/block-client.ts';
import { createCheck } from './abuseipdb/check.ts';
import { createCheckBlock } from './abuseipdb/check-block.ts';
import { AbuseIpdbClient, type CheckOutcome } from './abuseipdb/client.ts';
import { QuotaGuard } from './abuseipdb/quota-guard.ts';
import { LookupAdmission } from './admission/admission.ts';
import { BlamingBreaker } from './admission/blame.ts';
import { BlockLookup } from './blocks/block-lookup.ts';
import { BlockScores } from './blocks/block-scores.ts';
import { DynamoDbCache } from './cache/dynamodb-cache.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { ageOf } from './freshness.ts';
import { MAX_SOURCES } from './inherited-scores.ts';
import { type KnownRecord, KnownRecords } from './known-records.ts';
import { HIGH_SCORE } from './limits.ts';
import { type ListProof, reconcile } from './list-proof.ts';
import { type ReputationOptions, withDefaultLimits } from './options.ts';
import {
  addPayer,
  type LookupPurpose,
  newLookup,
  type PendingLookup,
  sourceOf,
  waitsFor,
  withCacheError,
} from './pending-lookup.ts';
import type {
  FallbackCause,
  Reputation,
  ReputationSignal,
  ReputationSource,
} from './reputation.ts';
import type { ScoreKnowledge } from './score-knowledge.ts';
import { SharedRecords } from './shared-records.ts';

/** When the circuit to AbuseIPDB opens, and for how long. */
const CIRCUIT = { failureThreshold: 5, openMs: 5_000, maxOpenMs: 30_000 };

/**
 * Looks up the reputation of addresses: in memory, in DynamoDB, at AbuseIPDB, and falls back to a stale
 * record.
 */
export class ReputationLookup {
  readonly #options: ReputationOptions;
  readonly #shared: SharedRecords;
  readonly #known: KnownRecords;
  readonly #cache: DynamoDbCache;
  readonly #quotaGuard: QuotaGuard;
  readonly #admission: LookupAdmission;
  readonly #abuseIpdb: AbuseIpdbClient;
  /** Undefined unless CHECK-BLOCK may be used. */
  readonly #blocks: BlockLookup | undefined;
  readonly #pending = new Map<string, PendingLookup>();
  readonly #running = new PendingWork();

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
    const scores = options.checkBlock ? new BlockScores() : undefined;
    this.#known = new KnownRecords(limits, now, scores);
    this.#cache = cache;
    this.#quotaGuard = quotaGuard;
    this.#admission = admission;
    this.#abuseIpdb = new AbuseIpdbClient({
      ...limits,
      check,
      breaker: new BlamingBreaker(breaker),
      admission,
      quotaGuard,
      hooks,
    });
    this.#blocks =
      scores &&
      new BlockLookup({
        scores,
        client: new BlockClient({
          checkBlock: createCheckBlock({ baseUrl, timeout, now, limits, agents }),
          key,
          now,
          hooks,
        }),
        cache,
        limits,
        // If the block fails or hangs, as much time is left for a CHECK.
        maxWait: timeout / 2,
        now,
      });
    this.#shared = new SharedRecords({
      known: this.#known,
      cache,
      blocks: this.#blocks,
      readTimeout: limits.cacheReadTimeout,
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
    const recalled = this.#known.recall(address, proven);
    // The address may have a higher score of its own in the table than the one that it inherits.
    if (recalled !== undefined && (!recalled.inheritedFrom || this.#known.own(address))) {
      return known(this.#reputation(recalled, 'memory'));
    }
    const failure = this.#known.failure(address);
    if (failure !== undefined) {
      const source = 'memory';
      return this.#staleFallback({ address, purpose, source, inheritedSource: source }, failure);
    }
    const pending = this.#pending.get(address.value) ?? this.#start(address, purpose);
    addPayer(pending, purpose);
    const remaining = deadline.remaining();
    const cause = wait < remaining ? 'pending' : 'timeout';
    const onTimeout = () => {
      const signal = this.#staleFallback({ ...pending, purpose }, cause);
      return withCacheError(signal, pending.cacheRead ?? { error: cause });
    };
    // Waits even when no time is left: other work may have used it up while the response arrived.
    return pending.flight.wait(Math.min(remaining, wait), onTimeout);
  }

  /** Returns what a list still proves about the score of an address, given the records in memory. */
  reconcile(client: Address, proof: ListProof | undefined): ScoreKnowledge | undefined {
    if (proof === undefined || !client.public) return undefined;
    return reconcile(lookupAddress(client), proof, this.#known);
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
    await this.#running.settle();
    await this.#blocks?.settle();
    await this.#cache.settle();
  }

  #start(address: Address, purpose: LookupPurpose): PendingLookup {
    const pending = newLookup(address, purpose);
    this.#pending.set(address.value, pending);
    this.#running.add(this.#run(pending));
    return pending;
  }

  async #run(pending: PendingLookup): Promise<void> {
    let signal: ReputationSignal;
    try {
      signal = await this.#find(pending);
      this.#shared.endHighScore(pending.address);
    } catch (error) {
      notify(this.#options.hooks?.onError, error);
      signal = this.#staleFallback(pending, 'upstream');
    }
    this.#pending.delete(pending.address.value);
    pending.flight.settle(withCacheError(signal, pending.cacheRead));
  }

  async #find(pending: PendingLookup): Promise<ReputationSignal> {
    const { address } = pending;
    const onUnfinished = (read: Promise<void>) => this.#running.add(read);
    await this.#shared.read(pending, this.#quotaGuard.refresh(), onUnfinished);
    const recalled = this.#recall(pending) ?? (await this.#refreshInherited(pending));
    if (recalled !== undefined) return recalled;
    const ofBlock = await this.#checkBlock(pending);
    if (ofBlock !== undefined) return ofBlock;
    const outcome = await this.#check(pending);
    if ('record' in outcome) {
      const { record, quotaRemaining } = outcome;
      this.#shared.remember(address, record);
      pending.source = 'abuseipdb';
      const inherited = this.#isInheriting(pending) && (await this.#refreshInherited(pending));
      const own = { record, inheritedFrom: undefined, stale: false };
      return inherited || known(this.#reputation(own, pending.source, quotaRemaining));
    }
    const { cause, cacheForMs, heldBackBy } = outcome;
    if (cacheForMs !== undefined) this.#known.learnFailure(address, cause, cacheForMs);
    const fallback = this.#staleFallback(pending, cause);
    return heldBackBy === undefined ? fallback : { ...fallback, heldBackBy };
  }

  /** Checks the block of an address if that is worth it; returns the score of the address if there is one then. */
  async #checkBlock({
    address,
    payers,
    source,
  }: PendingLookup): Promise<ReputationSignal | undefined> {
    const record = await this.#blocks?.check({
      address,
      callers: [...payers.values()].map(({ caller }) => caller),
      hasFallback: this.#known.best(address) !== undefined,
    });
    if (record === undefined) return undefined;
    return known(this.#reputation({ record, inheritedFrom: undefined, stale: false }, source));
  }

  /** Checks an address on behalf of the first caller for whom a check can be sent. */
  async #check({ address, payers }: PendingLookup): Promise<CheckOutcome> {
    const fallback = this.#known.best(address)?.record;
    // A refusal should end soon after the score has fallen.
    const hadHighScore = fallback !== undefined && fallback.score >= HIGH_SCORE;
    let outcome: CheckOutcome | undefined;
    // Contains also those who join meanwhile.
    for (const purpose of payers.values()) {
      outcome = await this.#abuseIpdb.check({
        address,
        caller: purpose.caller,
        hasReason: () => hadHighScore || (purpose.hasReason?.() ?? false),
        hasFallback: fallback !== undefined,
        onSent: () => purpose.onSent?.(),
      });
      if ('record' in outcome || outcome.isUnsent === undefined) return outcome;
    }
    return outcome ?? { cause: 'upstream' };
  }

  /** Returns what is known without a check. */
  #recall(pending: PendingLookup): ReputationSignal | undefined {
    const { address, purpose } = pending;
    const recalled = this.#known.recall(address, purpose.proven);
    return recalled && known(this.#reputation(recalled, sourceOf(pending, recalled)));
  }

  #isInheriting({ address, purpose }: PendingLookup): boolean {
    return this.#known.best(address, purpose.proven)?.inheritedFrom !== undefined;
  }

  /**
   * Looks up the address from which a stale score is inherited: while that score is high, a check of the address itself
   * cannot lower it. Returns undefined if the address itself must be checked.
   */
  async #refreshInherited(pending: PendingLookup): Promise<ReputationSignal | undefined> {
    const { address, purpose } = pending;
    for (let sources = 0; sources < MAX_SOURCES; sources += 1) {
      const best = this.#known.best(address, purpose.proven);
      if (best?.inheritedFrom === undefined || !best.stale) break;
      const signal = await this.#lookUpSource(best.inheritedFrom, pending);
      if (!signal.known) break;
      const { source, staleCause } = signal.value;
      // A record that this lookup has read from the table is in memory by now.
      if (source !== 'memory') pending.inheritedSource = source;
      if (staleCause === undefined) continue;
      const fallback = this.#staleFallback(pending, staleCause);
      return { ...fallback, ...optionalField('heldBackBy', signal.heldBackBy) };
    }
    return this.#recall(pending);
  }

  /** Looks up another address, on behalf of the same callers. Returns `unknown` if that lookup waits for this one. */
  async #lookUpSource(address: Address, lookup: PendingLookup): Promise<ReputationSignal> {
    const source = this.#pending.get(address.value) ?? this.#start(address, {});
    // Scores can change while lookups wait, so that each of two addresses inherits from the other.
    if (waitsFor(source, lookup)) return unknown('upstream');
    for (const purpose of lookup.payers.values()) addPayer(source, purpose);
    lookup.waitsFor = source;
    // A lookup ends by itself, and the request has its own timeout.
    const signal = await source.flight.wait(Number.POSITIVE_INFINITY, () => unknown('timeout'));
    lookup.waitsFor = undefined;
    return signal;
  }

  /** Returns the record in memory unless it has expired; otherwise `unknown` with the cause. */
  #staleFallback(
    lookup: Pick<PendingLookup, 'address' | 'purpose' | 'source' | 'inheritedSource'>,
    cause: FallbackCause,
  ): ReputationSignal {
    const best = this.#known.best(lookup.address, lookup.purpose.proven);
    if (best === undefined) return unknown(cause);
    const reputation = this.#reputation(best, sourceOf(lookup, best));
    return known(best.stale ? { ...reputation, staleCause: cause } : reputation);
  }

  #reputation(
    { record, inheritedFrom, stale }: KnownRecord,
    source: ReputationSource,
    quotaRemaining?: number,
  ): Reputation {
    const age = ageOf(record, this.#options.now());
    const origin = record.ofBlock ? 'check-block' : source;
    return { record, inheritedFrom, source: origin, stale, age, quotaRemaining };
  }
}
