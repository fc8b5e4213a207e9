import { checkAbsenceTests, checkEmptyFields, checkLaterClaims } from './absent-values.ts';
import { checkBroadNetworks } from './broad-networks.ts';
import { checkConstantConditions } from './constant-conditions.ts';
import { checkRefreshTokens, checkRequestedScopes, checkUsers } from './grants.ts';
import { checkDuplicateEntries, checkExpiredEntries } from './list-entries.ts';
import { checkGlobInCondition, checkRegexInGlob } from './patterns.ts';
import type { PolicyCheck, PolicyParts } from './policy-parts.ts';
import { checkRedundantRules } from './redundant-rules.ts';
import { checkShadowedRules } from './shadowed-rules.ts';
import { checkUnusedFeeds, checkUnusedLists, checkUnusedUnknown } from './unused-parts.ts';

/** The checks of a policy without errors, in the order in which they may use up the budget. */
const CHECKS: readonly PolicyCheck[] = [
  checkConstantConditions,
  checkShadowedRules,
  checkRefreshTokens,
  checkUsers,
  checkRequestedScopes,
  checkAbsenceTests,
  checkEmptyFields,
  checkLaterClaims,
  checkGlobInCondition,
  checkRegexInGlob,
  checkBroadNetworks,
  checkExpiredEntries,
  checkDuplicateEntries,
  checkUnusedLists,
  checkUnusedFeeds,
  checkUnusedUnknown,
  checkRedundantRules,
];

/** Adds warnings about a policy that compiles but may not do what its author wants. */
export function runChecks(parts: PolicyParts): void {
  for (const check of CHECKS) check(parts);
}
