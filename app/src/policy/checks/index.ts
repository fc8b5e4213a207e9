import { checkConstantConditions } from './constant-conditions.ts';
import type { PolicyCheck, PolicyParts } from './policy-parts.ts';
import { checkRedundantRules } from './redundant-rules.ts';
import { checkShadowedRules } from './shadowed-rules.ts';

/** The checks of a policy without errors, in the order in which they may use up the budget. */
const CHECKS: readonly PolicyCheck[] = [
  checkConstantConditions,
  checkShadowedRules,
  checkRedundantRules,
];

/** Adds warnings about a policy that compiles but may not do what its author wants. */
export function runChecks(parts: PolicyParts): void {
  for (const check of CHECKS) check(parts);
}
