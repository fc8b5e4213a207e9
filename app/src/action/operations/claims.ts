import type { Change } from '../change.ts';
import { isAddressableClaim, isReservedClaim } from '../claims.ts';
import type { ClaimValue, Operation } from '../operation.ts';
import type { Claim, TokenRequest } from '../request.ts';
import type { Plan } from './plan.ts';

/** Removes custom claims and user attributes, and sets others. */
export function planClaims(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  const asking = changes.filter((change) => change.claims !== undefined);
  if (asking.length === 0) return;
  if (!request.accessToken.readable) {
    const removing = asking.filter((change) => change.claims?.remove.empty === false);
    plan.failRestriction(removing, 'claims.remove', 'not-reachable');
    const setting = asking.filter((change) => (change.claims?.set.length ?? 0) > 0);
    for (const change of setting) plan.skip(change, 'claims.set', 'not-reachable');
    return;
  }
  const { claims } = request.accessToken;
  const kept = planRemovals(plan, claims, asking);
  for (const [name, { change, value }] of lastAssignments(plan, asking)) {
    const removed = asking.some((other) => other.claims?.remove.matches(name));
    if (removed && !kept.has(name)) plan.skip(change, 'claims.set', 'removed');
    else planSet(plan, claims, change, name, value);
  }
}

/** Plans the removal of claims, and returns the names of those that stay although a rule removes them. */
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
    const path = isAddressableClaim(name) ? offeredPath(plan, 'remove', claim) : undefined;
    if (path !== undefined) {
      plan.restrict(removing, 'claims.remove', { op: 'remove', path });
      sent.add(name);
      continue;
    }
    // An empty claim that cannot be removed gives nothing away, and stays empty.
    if (claim.value === undefined) continue;
    kept.add(name);
    const cause = isAddressableClaim(name) ? 'not-allowed' : 'not-reachable';
    plan.failRestriction(removing, 'claims.remove', cause);
  }
  return kept;
}

/**
 * Returns the path under which the request offers a claim: `…/NAME`, or `…/NAME/` where the identity
 * server holds a list. Only this path changes a list whatever Java type holds it; paths of single
 * elements are dropped silently, or end the token request with a 500. `undefined` when the request
 * offers neither.
 */
function offeredPath(plan: Plan, op: Operation['op'], { name, value }: Claim): string | undefined {
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
 * Returns what each claim is set to. When several rules set a claim, the last one that has a value for
 * it wins; what an earlier rule lacks is not missed then.
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
    plan.addIfAllowed(change, 'claims.set', operation);
    return;
  }
  const path = offeredPath(plan, 'replace', listed);
  if (isAlready(listed, path, value)) return;
  if (!isAddressableClaim(name)) plan.skip(change, 'claims.set', 'not-reachable');
  else if (path === undefined) plan.skip(change, 'claims.set', 'not-allowed');
  else plan.operations.push({ op: 'replace', path, value });
}

/** Returns whether a claim has exactly this value, down to the order of a list. */
function isAlready(
  { value: current }: Claim,
  path: string | undefined,
  wanted: ClaimValue,
): boolean {
  if (current === undefined) {
    // An empty text and an empty list both arrive without a value; the offered path tells them apart.
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
