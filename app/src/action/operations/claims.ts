import type { Change } from '../change.ts';
import { isReachableClaim, isReservedClaim } from '../claims.ts';
import type { ClaimValue, Operation } from '../operation.ts';
import type { Claim, TokenRequest } from '../request.ts';
import type { Plan } from './plan.ts';

/** Removes custom claims and user attributes, and sets others. */
export function planClaims(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  const asking = changes.filter((change) => change.claims !== undefined);
  if (asking.length === 0) return;
  planRemovals(plan, request, asking);
  for (const [name, setting] of lastSettings(plan, asking)) {
    if (asking.some((change) => change.claims?.remove.matches(name))) {
      plan.leaveOut(setting.change, 'claims.set', 'removed');
    } else {
      planSet(plan, request.accessToken.claims, setting.change, name, setting.value);
    }
  }
}

function planRemovals(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  if (!request.accessToken.readable) {
    const removing = changes.filter((change) => change.claims?.remove.empty === false);
    plan.failRestriction(removing, 'claims.remove', 'not-reachable');
    return;
  }
  for (const claim of request.accessToken.claims) {
    if (isReservedClaim(claim.name) || claim.value === undefined) continue;
    const removing = changes.filter((change) => change.claims?.remove.matches(claim.name));
    if (removing.length === 0) continue;
    if (!isReachableClaim(claim.name)) {
      plan.failRestriction(removing, 'claims.remove', 'not-reachable');
    } else {
      for (const path of removalPaths(plan, claim)) {
        plan.restrict(removing, 'claims.remove', { op: 'remove', path });
      }
    }
  }
}

/** A claim with several values is emptied element by element: only those have a path of their own. */
function removalPaths(plan: Plan, claim: Claim): string[] {
  const path = `/accessToken/claims/${claim.name}`;
  if (!Array.isArray(claim.value) || plan.allows({ op: 'remove', path })) return [path];
  return claim.value.map((_, index) => `${path}/${index}`);
}

interface Setting {
  readonly change: Change;
  readonly value: ClaimValue;
}

/** When several rules set a claim, the last one that has a value for it has its way. */
function lastSettings(plan: Plan, changes: readonly Change[]): Map<string, Setting> {
  const settings = new Map<string, Setting>();
  for (const change of changes) {
    for (const { name, value } of change.claims?.set ?? []) {
      if (value === undefined) plan.leaveOut(change, 'claims.set', 'no-value');
      else settings.set(name, { change, value });
    }
  }
  return settings;
}

/**
 * Adds a claim that the request does not list, and replaces one that it does: on refresh the claims
 * of the first token come back, and an `add` of them would be skipped, which leaves the old value.
 */
function planSet(
  plan: Plan,
  claims: readonly Claim[],
  change: Change,
  name: string,
  value: ClaimValue,
): void {
  const listed = claims.find((claim) => claim.name === name);
  if (listed === undefined) {
    const operation = { op: 'add', path: '/accessToken/claims/-', value: { name, value } } as const;
    plan.enrich(change, 'claims.set', operation);
    return;
  }
  if (equal(listed.value, value)) return;
  const replace: Operation = { op: 'replace', path: `/accessToken/claims/${name}`, value };
  if (!isReachableClaim(name)) {
    plan.leaveOut(change, 'claims.set', 'not-reachable');
  } else if (plan.allows(replace)) {
    plan.operations.push(replace);
  } else if (Array.isArray(listed.value) && Array.isArray(value)) {
    planElements(plan, change, replace.path, listed.value, value);
  } else {
    plan.leaveOut(change, 'claims.set', 'not-allowed');
  }
}

/**
 * Turns one list of values into another by elements: wanted values take the place of unwanted ones,
 * and unwanted ones left over are removed. Elements cannot be added, so a list cannot grow: a set
 * that would need it is left out whole.
 */
function planElements(
  plan: Plan,
  change: Change,
  path: string,
  current: readonly unknown[],
  wanted: readonly string[],
): void {
  const [before, after] = [new Set(current), new Set<unknown>(wanted)];
  const unwanted = current.flatMap((element, index) => (after.has(element) ? [] : [index]));
  const missing = [...new Set(wanted)].filter((value) => !before.has(value));
  if (missing.length > unwanted.length) {
    plan.leaveOut(change, 'claims.set', 'not-reachable');
    return;
  }
  const operations = unwanted.map((index, position): Operation => {
    const value = missing[position];
    const element = `${path}/${index}`;
    return value === undefined
      ? { op: 'remove', path: element }
      : { op: 'replace', path: element, value };
  });
  if (operations.every((operation) => plan.allows(operation))) plan.operations.push(...operations);
  else plan.leaveOut(change, 'claims.set', 'not-allowed');
}

function equal(current: unknown, wanted: ClaimValue): boolean {
  // The identity server sends an empty text or list without a value.
  if (current === undefined) return wanted === '' || (Array.isArray(wanted) && !wanted.length);
  if (!Array.isArray(current) || !Array.isArray(wanted)) return current === wanted;
  return (
    current.length === wanted.length && wanted.every((value, index) => value === current[index])
  );
}
