import type { ReputationUse } from '../../../signals/reputation/score-knowledge.ts';
import type { Mode } from '../../policy.ts';
import type { PolicyParts, RuleParts } from '../policy-parts.ts';

/** Returns whether the effects of one rule apply in each evaluation in which those of another one do. */
export function appliesWhereverApplied(
  rule: RuleParts,
  other: RuleParts,
  policyMode: Mode,
): boolean {
  const { mode } = rule.rule;
  // In monitor mode, a second evaluation has only the rules with their own `mode: enforce` (decide.ts).
  if (policyMode === 'monitor' && other.rule.mode === 'enforce') return mode === 'enforce';
  return mode !== 'monitor';
}

export function endsEvaluation({ rule: { effects } }: RuleParts): boolean {
  return effects.allow || effects.deny !== undefined;
}

/**
 * Returns whether two rules see the same score of an address. A list of scores may decide the earlier one, and a CHECK that
 * the later one, or a rule between them, needs may contradict the list.
 */
export function seeSameScore(
  earlier: RuleParts,
  later: RuleParts,
  { rules, unknown }: PolicyParts,
): boolean {
  const first = earlier.rule.reputationUse;
  const second = later.rule.reputationUse;
  if (!usesReputation(first) || !usesReputation(second)) return true;
  // A CHECK has been made, unless the earlier rule did not need the reputation.
  if (first.readsRecord) return true;
  if (first.cuts === undefined) return !second.readsRecord;
  const [lowest, ...others] = first.cuts;
  if (lowest === undefined) return true;
  const [start, end] = [earlier.index, later.index].sort((one, other) => one - other);
  const between = rules.slice((start ?? 0) + 1, end);
  const uses = [
    ...between.flatMap(({ rule }) => [rule.reputationUse, rule.effects.reputationUse]),
    ...unknown.flatMap(({ effects }) => effects?.reputationUse ?? []),
  ];
  const isDecidedFrom = (score: number) => (use: ReputationUse) =>
    !use.readsRecord && use.cuts?.every((cut) => cut >= score) === true;
  if (![second, ...uses].every(isDecidedFrom(lowest))) return false;
  return others.length === 0 || second.cuts?.every((cut) => first.cuts?.includes(cut)) === true;
}

function usesReputation({ cuts, readsRecord }: ReputationUse): boolean {
  return readsRecord || cuts === undefined || cuts.length > 0;
}
