import type { Address } from '../address/address.ts';
import type { KnownRecords } from './known-records.ts';
import { isNewerThan, nearestPossible, type ScoreKnowledge } from './score-knowledge.ts';

/** What a list proves about the score of an address. */
export interface ListProof {
  /** By the address's own entry, or because it is not listed. */
  readonly own?: ScoreKnowledge | undefined;
  /** By a high score that is listed for another address of its /64. */
  readonly inherited?: ScoreKnowledge | undefined;
}

/** The records that can be newer than a list. */
export type RecordsToReconcile = Pick<KnownRecords, 'own' | 'inherited'>;

/** Returns what a list proves, if nothing newer is known. */
export function knowledgeOf({ own, inherited }: ListProof): ScoreKnowledge | undefined {
  if (inherited === undefined) return own;
  if (own === undefined) return { ...inherited, max: 100 };
  if (own.min >= inherited.min) return own;
  return { ...inherited, max: Math.max(own.max, inherited.max) };
}

/**
 * Returns what a list still proves, given the records in memory: a newer record that is fresh replaces the list, and a
 * newer one that is stale and has another score leaves the score open. A higher score that is inherited does, too.
 */
export function reconcile(
  address: Address,
  proof: ListProof,
  records: RecordsToReconcile,
): ScoreKnowledge | undefined {
  const own = proof.own && reconcileOwn(address, proof.own, records);
  const knowledge = knowledgeOf({ own, inherited: reconcileInherited(proof.inherited, records) });
  const inherited = records.inherited(address, proof.own);
  const isHigher = inherited !== undefined && inherited.record.score > (knowledge?.min ?? 0);
  if (knowledge !== undefined && !isHigher) return knowledge;
  // A lookup must not find what the list excludes.
  const isExcluded = proof.own?.excludesInheritance && records.inherited(address) !== undefined;
  return isExcluded ? { ...proof.own, min: 0, max: 100, listed: false } : undefined;
}

function reconcileOwn(
  address: Address,
  proven: ScoreKnowledge,
  records: RecordsToReconcile,
): ScoreKnowledge | undefined {
  const known = records.own(address);
  if (known === undefined || !isNewerThan(proven, known.record)) return proven;
  if (!known.stale) return undefined;
  const { score } = known.record;
  return nearestPossible(proven, score) === score ? proven : undefined;
}

/** A newer record of the listed address replaces its entry: if it is high, the record is inherited instead. */
function reconcileInherited(
  proven: ScoreKnowledge | undefined,
  records: RecordsToReconcile,
): ScoreKnowledge | undefined {
  if (proven?.inheritedFrom === undefined) return undefined;
  const known = records.own(proven.inheritedFrom);
  return known !== undefined && isNewerThan(proven, known.record) ? undefined : proven;
}
