import type { Change } from '../change.ts';
import { isAddressableClaim, isReservedClaim } from '../claims.ts';
import type { ClaimValue, Operation } from '../operation.ts';
import type { Claim, TokenRequest } from '../request.ts';
import type { Plan } from './plan.ts';

/** Removes custom claims and user attributes, and sets others. */
export function planClaims(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  const relevant = changes.filter((change) => change.claims !== undefined);
  if (relevant.length === 0) return;
  if (!request.accessToken.readable) {
    const removing = relevant.filter((change) => change.claims?.remove.empty === false);
    plan.failRestriction(removing, 'claims.remove', 'not-reachable');
    const setting = relevant.filter((change) => (change.claims?.set.length ?? 0) > 0);
    for (const change of setting) plan.skip(change, 'claims.set', 'not-reachable');
    return;
  }
  const { claims } = request.accessToken;
  const kept = planRemovals(plan, claims, relevant);
  for (const [name, { change, value }] of lastAssignments(plan, relevant)) {
    const removed = relevant.some((other) => other.claims?.remove.matches(name));
    if (removed && !kept.has(name)) plan.skip(change, 'claims.set', 'removed');
    else planSet(plan, claims, change, name, value);
  }
}

/** Plans the removals, and returns the names of claims that stay because their removal is not possible. */
function planRemovals(
  plan: Plan,
  claims: readonly Claim[],
  changes: readonly Change[],
): ReadonlySet<string> {
  const kept = new Set<string>();
  const sent = new Set<string>();
  for (const claim of claims) {
    const { name } = claim;
    if (isReservedClaim(name) || sent.has(name)) continue;
    const removing = changes.filter((change) => change.claims?.remove.matches(name));
    if (removing.length === 0) continue;
    const path = isAddressableClaim(name) ? allowedPath(plan, 'remove', claim) : undefined;
    if (path !== undefined) {
      plan.restrict(removing, 'claims.remove', { op: 'remove', path });
      sent.add(name);
      continue;
    }
    // An empty claim may stay: it discloses nothing.
    if (claim.value === undefined) continue;
    kept.add(name);
    const cause = isAddressableClaim(name) ? 'not-allowed' : 'not-reachable';
    plan.failRestriction(removing, 'claims.remove', cause);
  }
  return kept;
}

/**
 * Returns the path under which the request allows an operation on a claim: `…/NAME`, or `…/NAME/` for a list.
 * Only this path works for a list of every Java type; for some types, paths of single elements are silently
 * dropped, or fail the token request with a 500. Returns `undefined` if the request allows neither.
 */
function allowedPath(plan: Plan, op: Operation['op'], { name, value }: Claim): string | undefined {
  const single = `/accessToken/claims/${name}`;
  const list = `${single}/`;
  const [likely, other] = Array.isArray(value) ? [list, single] : [single, list];
  if (plan.allows(op, likely)) return likely;
  return plan.allows(op, other) ? other : undefined;
}

interface Assignment {
  readonly change: Change;
  readonly value: ClaimValue;
}

/**
 * Returns the value for each claim. If several rules set a claim, the last one with a value takes precedence,
 * and a missing value of an earlier rule does not matter.
 */
function lastAssignments(plan: Plan, changes: readonly Change[]): [string, Assignment][] {
  const assignments = new Map<string, Assignment>();
  for (const change of changes.toReversed()) {
    for (const { name, value } of change.claims?.set ?? []) {
      if (assignments.has(name)) continue;
      if (value === undefined) plan.skip(change, 'claims.set', 'no-value');
      else assignments.set(name, { change, value });
    }
  }
  return [...assignments].reverse();
}

/**
 * Adds a claim that the request does not list, and replaces one that it lists: a refresh request contains the
 * claims of the first token, and the identity server ignores an `add` of an existing claim.
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
    plan.addIfAllowed(change, 'claims.set', operation);
    return;
  }
  const path = allowedPath(plan, 'replace', listed);
  if (hasValue(listed, path, value)) return;
  if (!isAddressableClaim(name)) plan.skip(change, 'claims.set', 'not-reachable');
  else if (path === undefined) plan.skip(change, 'claims.set', 'not-allowed');
  else plan.operations.push({ op: 'replace', path, value });
}

/** Returns whether a claim has exactly this value, including the order of a list. */
function hasValue(
  { value: current }: Claim,
  path: string | undefined,
  wanted: ClaimValue,
): boolean {
  if (current === undefined) {
    // An empty string and an empty list both arrive without a value; the allowed path shows which it is.
    const isList = path?.endsWith('/');
    return (wanted === '' && isList !== true) || (isEmptyList(wanted) && isList !== false);
  }
  if (!Array.isArray(current) || !Array.isArray(wanted)) return current === wanted;
  return (
    current.length === wanted.length && wanted.every((value, index) => value === current[index])
  );
}

function isEmptyList(value: ClaimValue): boolean {
  return Array.isArray(value) && value.length === 0;
}
