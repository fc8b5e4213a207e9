import { DailyQuota } from '../../../app/dev/simulator/quota.ts';
import type { Address } from '../../../app/src/signals/address/address.ts';
import {
  type Candidate,
  type HeldBackBy,
  LookupAdmission,
} from '../../../app/src/signals/reputation/admission/admission.ts';
import {
  type FreshnessLimits,
  freshnessOf,
} from '../../../app/src/signals/reputation/freshness.ts';
import type { KnownRecord } from '../../../app/src/signals/reputation/known-records.ts';
import { HIGH_SCORE, REPUTATION_DEFAULTS } from '../../../app/src/signals/reputation/limits.ts';
import type { RecordsToReconcile } from '../../../app/src/signals/reputation/list-proof.ts';
import type { AbuseRecord } from '../../../app/src/signals/reputation/reputation.ts';
import {
  contradicts,
  type ScoreKnowledge,
} from '../../../app/src/signals/reputation/score-knowledge.ts';
import { type AddressBook, numberOf } from './addresses.ts';
import { BlockLookups } from './blocks.ts';

/** Which parts of the service are on. */
export interface Parts {
  /** Budgets, shares and the pace. Without it the quota is spent on whoever comes first. */
  readonly admission: boolean;
  /** High scores outlive `maxStaleAge`. */
  readonly highScoreMemory: boolean;
  readonly checkBlock: boolean;
}

/** Quotas of an account, in requests a day. */
export interface Quotas {
  /** Undefined without a limit. */
  readonly checks: number | undefined;
  readonly blocks: number;
}

export interface LookupOptions {
  readonly quotas: Quotas;
  readonly parts: Parts;
  readonly addresses: AddressBook;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a lookup found, and what it cost. */
export interface Found {
  readonly known: KnownRecord | undefined;
  /** Undefined if a fresh record made a request needless. */
  readonly request: 'check' | 'block' | 'none' | undefined;
  /** Why no request was made. */
  readonly heldBackBy?: HeldBackBy | 'exhausted';
}

/**
 * The steps of `ReputationLookup`, without waiting and with one cache for all tasks. Whatever decides is the service's
 * own code; lookup.test.ts compares the steps.
 */
export class ModelledLookup implements RecordsToReconcile {
  readonly #options: LookupOptions;
  readonly #limits: FreshnessLimits;
  readonly #checkedAt: Float64Array;
  readonly #scores: Uint8Array;
  readonly #quota: DailyQuota | undefined;
  readonly #admission: LookupAdmission | undefined;
  readonly #blocks: BlockLookups | undefined;
  #exhaustedUntil = 0;

  constructor(options: LookupOptions) {
    const { quotas, parts, addresses, now } = options;
    this.#options = options;
    this.#limits = parts.highScoreMemory
      ? REPUTATION_DEFAULTS
      : { ...REPUTATION_DEFAULTS, highScoreMemory: 0 };
    this.#checkedAt = new Float64Array(addresses.count).fill(Number.NEGATIVE_INFINITY);
    this.#scores = new Uint8Array(addresses.count);
    if (quotas.checks !== undefined) this.#quota = new DailyQuota(quotas.checks, now);
    if (parts.admission) this.#admission = new LookupAdmission(REPUTATION_DEFAULTS.budgets, now);
    if (parts.checkBlock) this.#blocks = new BlockLookups(quotas.blocks, now);
  }

  /** Returns what is known about an address, and looks it up if that is necessary and allowed. */
  lookup(
    number: number,
    candidate: () => Omit<Candidate, 'hasFallback'>,
    proven?: ScoreKnowledge,
  ): Found {
    const known = this.#find(number, proven);
    if (known?.stale === false) return { known, request: undefined };
    const wanted = this.#withFallback(candidate(), known?.record);
    if (this.#blocks?.tryCheck(wanted)) return { known: this.#find(number), request: 'block' };
    const heldBackBy = this.#exhausted() ?? this.#admission?.heldBackBy(wanted);
    if (heldBackBy !== undefined) return { known, request: 'none', heldBackBy };
    if (!this.#check(wanted)) return { known, request: 'none', heldBackBy: 'exhausted' };
    this.#checkedAt[number] = this.#options.now();
    this.#scores[number] = this.#options.addresses.scoreAt(number, this.#options.now());
    return { known: this.#find(number), request: 'check' };
  }

  /** As `KnownRecords.own`. */
  own(address: Address, proven?: ScoreKnowledge): KnownRecord | undefined {
    return this.#find(numberOf(address), proven);
  }

  /** All addresses are IPv4. */
  inherited(): undefined {
    return undefined;
  }

  #find(number: number, proven?: ScoreKnowledge): KnownRecord | undefined {
    const record = this.#newestRecord(number);
    const freshness = record && freshnessOf(record, this.#options.now(), this.#limits);
    if (record === undefined || freshness === 'expired') return undefined;
    const isContradicted = proven !== undefined && contradicts(proven, record);
    return { record, inheritedFrom: undefined, stale: freshness === 'stale' || isContradicted };
  }

  #withFallback(
    candidate: Omit<Candidate, 'hasFallback'>,
    fallback: AbuseRecord | undefined,
  ): Candidate {
    // As in `ReputationLookup`: an address that had a high score is worth another lookup.
    const hasReason = () => (fallback?.score ?? 0) >= HIGH_SCORE || candidate.hasReason();
    return { ...candidate, hasReason, hasFallback: fallback !== undefined };
  }

  /** Returns the newest record of an address, or of its /24, however old. */
  #newestRecord(number: number): AbuseRecord | undefined {
    const checkedAt = this.#checkedAt[number] ?? Number.NEGATIVE_INFINITY;
    const { addresses } = this.#options;
    const blockCheckedAt = this.#blocks?.checkedAt(addresses.addressOf(number));
    if (blockCheckedAt !== undefined && blockCheckedAt > checkedAt) {
      return { score: addresses.scoreAt(number, blockCheckedAt), checkedAt: blockCheckedAt };
    }
    if (checkedAt === Number.NEGATIVE_INFINITY) return undefined;
    return { score: this.#scores[number] ?? 0, checkedAt };
  }

  #exhausted(): 'exhausted' | undefined {
    return this.#options.now() < this.#exhaustedUntil ? 'exhausted' : undefined;
  }

  /** Sends a CHECK. Returns false if the quota is exhausted, which stops checks until its reset. */
  #check(candidate: Candidate): boolean {
    const call = this.#admission?.spend(candidate);
    const quota = this.#quota;
    const isLeft = quota === undefined || quota.tryConsume();
    const report = quota && { quotaRemaining: quota.remaining, quotaLimit: quota.limit };
    if (call !== undefined) this.#admission?.pace.learn(call, report ?? {});
    if (isLeft) return true;
    this.#exhaustedUntil = quota.resetsAt;
    this.#admission?.pace.learnReset(quota.resetsAt);
    return false;
  }
}
