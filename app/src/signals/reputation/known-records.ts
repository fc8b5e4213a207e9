import type { Address } from '../address/address.ts';
import type { CheckCause } from '../causes.ts';
import type { BlockScores } from './blocks/block-scores.ts';
import { MemoryCache } from './cache/memory.ts';
import { type Freshness, freshnessOf, isBetter } from './freshness.ts';
import { ScoreSources } from './inherited-scores.ts';
import { HIGH_SCORE, type ReputationLimits } from './limits.ts';
import type { AbuseRecord } from './reputation.ts';
import { contradicts, isNewerThan, type ScoreKnowledge } from './score-knowledge.ts';

/** A record that has not expired: that of an address, or one that it inherits. */
export interface KnownRecord {
  readonly record: AbuseRecord;
  /** The address of the same /64 whose record it is; undefined for the address's own. */
  readonly inheritedFrom: Address | undefined;
  readonly stale: boolean;
}

/**
 * The records in this task's memory. An IPv6 address inherits the high score of another address of its /64 if its own
 * is lower or unknown.
 */
export class KnownRecords {
  readonly #memory: MemoryCache;
  readonly #sources = new ScoreSources();
  readonly #limits: ReputationLimits;
  readonly #now: () => number;
  readonly #blocks: BlockScores | undefined;

  /** @param blocks scores of whole /24s; undefined without CHECK-BLOCK. */
  constructor(limits: ReputationLimits, now: () => number, blocks?: BlockScores) {
    this.#blocks = blocks;
    this.#memory = new MemoryCache(limits.memoryEntries, now);
    this.#limits = limits;
    this.#now = now;
  }

  /**
   * Returns what is known without a lookup: the address's own record if it is fresh, or a higher one that is inherited.
   *
   * @param proven what a list proves: a record that an equally old or newer list contradicts is stale.
   */
  recall(address: Address, proven?: ScoreKnowledge): KnownRecord | undefined {
    const known = this.best(address, proven);
    return known?.stale === false ? known : undefined;
  }

  /** Returns the higher of the address's own record and the one that it inherits. */
  best(address: Address, proven?: ScoreKnowledge): KnownRecord | undefined {
    const own = this.own(address, proven);
    if (address.version === 4) return own;
    const inherited = this.inherited(address, proven);
    if (inherited === undefined) return own;
    return own !== undefined && own.record.score >= inherited.record.score ? own : inherited;
  }

  /** Returns the address's own record, or the score that a newer check of its block has for it. */
  own(address: Address, proven?: ScoreKnowledge): KnownRecord | undefined {
    const record = this.#newest(address);
    if (record === undefined) return undefined;
    const freshness = this.#freshnessOf(record);
    if (freshness === 'expired') return undefined;
    const isContradicted = proven !== undefined && contradicts(proven, record);
    return { record, inheritedFrom: undefined, stale: freshness === 'stale' || isContradicted };
  }

  /** Returns the high score that an address inherits: a fresh one if there is one, then the highest. */
  inherited(address: Address, proven?: ScoreKnowledge): KnownRecord | undefined {
    return this.#bestSource(address, (source, record) => {
      if (source.value === address.value) return false;
      return !proven?.excludesInheritance || isNewerThan(proven, record);
    });
  }

  /** Returns the high score that new addresses in the /64 of an address inherit. */
  ofSubnet(address: Address): KnownRecord | undefined {
    return this.#bestSource(address, () => true);
  }

  #bestSource(
    address: Address,
    isSource: (source: Address, record: AbuseRecord) => boolean,
  ): KnownRecord | undefined {
    let best: KnownRecord | undefined;
    for (const source of this.#sources.of(address)) {
      const known = this.own(source);
      if (known === undefined || known.record.score < HIGH_SCORE) continue;
      if (!isSource(source, known.record)) continue;
      if (best === undefined || isPreferable(known, best))
        best = { ...known, inheritedFrom: source };
    }
    return best;
  }

  /** Returns why the last check of an address failed, until its TTL has passed. */
  failure(address: Address): CheckCause | undefined {
    return this.#memory.getFailure(address.value);
  }

  /** Remembers why a check failed. */
  learnFailure(address: Address, cause: CheckCause, ttlMs: number): void {
    this.#memory.setFailure(address.value, cause, ttlMs);
  }

  /**
   * Replaces the record of an address. Returns whether that changes what its /64 inherits: the score is high, or no
   * longer high.
   */
  learn(address: Address, record: AbuseRecord): boolean {
    this.#memory.setRecord(address.value, record);
    if (record.score < HIGH_SCORE) return this.#sources.remove(address);
    this.#sources.add(address);
    return true;
  }

  /** Replaces the record of an address unless a better one is known; returns whether it did. */
  learnCached(address: Address, record: AbuseRecord): boolean {
    if (this.#freshnessOf(record) === 'expired') return false;
    const known = this.#memory.getRecord(address.value);
    if (known !== undefined && !isBetter(record, known, this.#now(), this.#limits)) return false;
    this.learn(address, record);
    return true;
  }

  /**
   * Replaces the high score of a record that a newer check of the block no longer has. Returns whether there was one: its
   * item in the table would outlive that of the block.
   */
  endHighScore(address: Address): boolean {
    const record = this.#memory.getRecord(address.value);
    if (record === undefined || record.score < HIGH_SCORE) return false;
    const newest = this.#newest(address);
    if (newest === undefined || newest.score >= HIGH_SCORE) return false;
    this.#memory.setRecord(address.value, newest);
    return true;
  }

  #newest(address: Address): AbuseRecord | undefined {
    const record = this.#memory.getRecord(address.value);
    const ofBlock = this.#blocks?.find(address);
    if (ofBlock === undefined || record === undefined) return ofBlock ?? record;
    return isBetter(ofBlock, record, this.#now(), this.#limits) ? ofBlock : record;
  }

  #freshnessOf(record: AbuseRecord): Freshness {
    return freshnessOf(record, this.#now(), this.#limits);
  }
}

function isPreferable(one: KnownRecord, other: KnownRecord): boolean {
  if (one.stale !== other.stale) return other.stale;
  return one.record.score > other.record.score;
}
