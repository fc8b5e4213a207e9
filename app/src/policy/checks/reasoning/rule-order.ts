import type { Mode } from '../../policy.ts';
import type { RuleParts } from '../policy-parts.ts';

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

/** Rules that are compared with the rules on each side. */
const MAX_DISTANCE = 250;

/** Returns the rules that are near enough to be compared: the time must not grow with the square of the number of rules. */
export function comparedWith(
  { index }: RuleParts,
  others: readonly RuleParts[],
): readonly RuleParts[] {
  return others.filter(
    (other) => Math.abs(other.index - index) <= MAX_DISTANCE || other.formula.op === 'constant',
  );
}

export function endsEvaluation({ rule: { effects } }: RuleParts): boolean {
  return effects.allow || effects.deny !== undefined;
}
