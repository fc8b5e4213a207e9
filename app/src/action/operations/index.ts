import type { Change } from '../change.ts';
import type { TokenRequest } from '../request.ts';
import { planClaims } from './claims.ts';
import { planLifetime, planRefreshToken } from './lifetimes.ts';
import { planAudience, planScopes } from './lists.ts';
import { Plan } from './plan.ts';

export type { EffectName } from '../change.ts';
export type { Plan, SkipCause, SkippedOperation } from './plan.ts';

/** Plans the operations that apply the changes of the policy to the token of a request. */
export function planOperations(request: TokenRequest, changes: readonly Change[]): Plan {
  const plan = new Plan(request.allowed);
  if (changes.length === 0) return plan;
  planLifetime(plan, request, changes);
  planRefreshToken(plan, request, changes);
  planScopes(plan, request, changes);
  planAudience(plan, request, changes);
  planClaims(plan, request, changes);
  for (const change of changes) {
    for (const effect of change.withheld ?? []) plan.skip(change, effect, 'condition-failed');
  }
  return plan;
}
