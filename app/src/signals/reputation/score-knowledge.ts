import type { Address } from '../address/address.ts';
import type { AbuseRecord } from './reputation.ts';

/**
 * How an expression uses the reputation of the address. For the proof that a list of scores suffices
 * (docs/decisions/0027-proof-by-absence.md).
 */
export interface ReputationUse {
  /**
   * The lowest scores at which a comparison with a constant changes its result: `abuse.score >= 75` has the cut 75, and
   * `abuse.score == 75` the cuts 75 and 76. Between two neighbouring cuts all scores have the same result. Undefined
   * if the expression uses the score in another way.
   */
  readonly cuts: readonly number[] | undefined;
  /** Whether it reads other fields, which only a CHECK has. */
  readonly readsRecord: boolean;
}

/** Of an expression that does not use the reputation. */
export const NO_REPUTATION_USE: ReputationUse = { cuts: [], readsRecord: false };

/** Of an expression that is not analysed: only an exact score serves it. */
export const EXACT_SCORE_USE: ReputationUse = { cuts: undefined, readsRecord: false };

/** Returns the use of several expressions together. */
export function mergeReputationUses(uses: readonly ReputationUse[]): ReputationUse {
  const allCuts = uses.map(({ cuts }) => cuts);
  return {
    cuts: allCuts.includes(undefined)
      ? undefined
      : [...new Set(allCuts.flatMap((cuts) => cuts ?? []))].sort((one, other) => one - other),
    readsRecord: uses.some(({ readsRecord }) => readsRecord),
  };
}

/** What a list proves about the score of one address. */
export interface ScoreKnowledge {
  readonly min: number;
  readonly max: number;
  /** Whether the address is on the list. */
  readonly listed: boolean;
  /** Date of the list, in milliseconds since the epoch. */
  readonly publishedAt: number;
  /** Age of the list in milliseconds. */
  readonly age: number;
  /** The listed address of the same /64 whose score is inherited: the lowest one that is possible. */
  readonly inheritedFrom?: Address;
  /** Whether the list proves that no other address of the /64 had a high score. */
  readonly excludesInheritance?: boolean;
}

/** Returns whether every score that is possible gives an expression the same result. */
export function servesScore({ min, max }: ScoreKnowledge, use: ReputationUse): boolean {
  if (min === max) return true;
  if (use.cuts === undefined || use.readsRecord) return false;
  return use.cuts.every((cut) => cut <= min || cut > max);
}

/** Returns whether an expression needs no CHECK at all. */
export function servesUse(knowledge: ScoreKnowledge, use: ReputationUse): boolean {
  return !use.readsRecord && servesScore(knowledge, use);
}

/** Returns the score nearest to another that is possible: an old record may contradict a newer list. */
export function nearestPossible({ min, max }: ScoreKnowledge, score: number): number {
  return Math.min(Math.max(score, min), max);
}

/** Returns whether a record is newer than the list. */
export function isNewerThan({ publishedAt }: ScoreKnowledge, { checkedAt }: AbuseRecord): boolean {
  return checkedAt > publishedAt;
}

/** Returns whether a newer list shows that a record has the wrong score. An inherited score says nothing about it. */
export function contradicts(knowledge: ScoreKnowledge, record: AbuseRecord): boolean {
  const { score } = record;
  if (knowledge.inheritedFrom !== undefined) return false;
  return !isNewerThan(knowledge, record) && nearestPossible(knowledge, score) !== score;
}
