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

export function endsEvaluation({ rule: { effects } }: RuleParts): boolean {
  return effects.allow || effects.deny !== undefined;
}
