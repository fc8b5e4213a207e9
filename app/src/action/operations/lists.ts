import type { Change } from '../change.ts';
import type { TokenRequest } from '../request.ts';
import type { Plan } from './plan.ts';

interface TokenList {
  readonly field: 'scopes' | 'audience';
  /** The path of the list, with a trailing slash. */
  readonly path: string;
  /** Elements as sent, because the identity server resolves indexes in the request. */
  readonly elements: readonly unknown[];
  /** Whether operations can address elements by index and append to the list. */
  readonly addressable: boolean;
  /** Whether the request states the elements of the list. */
  readonly readable: boolean;
}

/** Removes granted scopes and adds others. */
export function planScopes(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  planList(plan, changes, {
    field: 'scopes',
    path: '/accessToken/scopes/',
    elements: request.accessToken.scopes,
    addressable: request.accessToken.readable,
    readable: request.accessToken.readable,
  });
}

/**
 * Removes audiences and adds others. A single audience that is sent as a string cannot be addressed; an empty list
 * is sent without a value and can be appended to.
 */
export function planAudience(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  const claim = request.accessToken.claims.find(({ name }) => name === 'aud');
  const audience = claim === undefined ? undefined : (claim.value ?? []);
  planList(plan, changes, {
    field: 'audience',
    path: '/accessToken/claims/aud/',
    elements: Array.isArray(audience) ? audience : audience === undefined ? [] : [audience],
    addressable: Array.isArray(audience),
    readable: request.accessToken.readable,
  });
}

function planList(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const relevant = changes.filter((change) => change[list.field] !== undefined);
  if (relevant.length === 0) return;
  planRemovals(plan, relevant, list);
  planAdditions(plan, relevant, list);
}

/**
 * Plans the removals. Indexes do not shift after an earlier removal: the identity server looks the element up in
 * the list of the request and removes it by value.
 */
function planRemovals(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const effect = `${list.field}.remove` as const;
  // An element that is not a string cannot be matched, so it is unknown whether it has to be removed.
  if (!list.readable || list.elements.some((element) => typeof element !== 'string')) {
    const removing = changes.filter((change) => change[list.field]?.remove.empty === false);
    plan.failRestriction(removing, effect, 'not-reachable');
  }
  if (!list.readable) return;
  for (const [index, element] of list.elements.entries()) {
    if (typeof element !== 'string') continue;
    const removing = changes.filter((change) => change[list.field]?.remove.matches(element));
    if (removing.length === 0) continue;
    if (list.addressable) {
      plan.restrict(removing, effect, { op: 'remove', path: `${list.path}${index}` });
    } else {
      plan.failRestriction(removing, effect, 'not-reachable');
    }
  }
}

function planAdditions(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const effect = `${list.field}.add` as const;
  // A policy adds few values, so a set of all elements would cost more than it saves.
  const added = new Set<string>();
  for (const change of changes) {
    for (const value of change[list.field]?.add ?? []) {
      if (changes.some((other) => other[list.field]?.remove.matches(value))) {
        plan.skip(change, effect, 'removed');
      } else if (!added.has(value) && !list.elements.includes(value)) {
        const operation = { op: 'add', path: `${list.path}-`, value } as const;
        if (!list.addressable) plan.skip(change, effect, 'not-reachable');
        else if (plan.addIfAllowed(change, effect, operation)) added.add(value);
      }
    }
  }
}
