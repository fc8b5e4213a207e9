import type { Change } from '../change.ts';
import type { TokenRequest } from '../request.ts';
import type { Plan } from './plan.ts';

interface TokenList {
  readonly member: 'scopes' | 'audience';
  /** The path of the list, with its slash at the end. */
  readonly path: string;
  /** Elements as the request sends them, for the identity server looks indexes up there. */
  readonly elements: readonly unknown[];
  /** Whether the identity server can address elements by index, and append to the list. */
  readonly addressable: boolean;
  /** Whether the request shows what the list holds. */
  readonly readable: boolean;
}

/** Removes granted scopes and adds others. */
export function planScopes(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  planList(plan, changes, {
    member: 'scopes',
    path: '/accessToken/scopes/',
    elements: request.accessToken.scopes,
    addressable: request.accessToken.readable,
    readable: request.accessToken.readable,
  });
}

/**
 * Removes audiences and adds others. A single audience that came as a text cannot be addressed; an
 * empty list arrives without a value, and can be added to.
 */
export function planAudience(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  const claim = request.accessToken.claims.find(({ name }) => name === 'aud');
  const audience = claim === undefined ? undefined : (claim.value ?? []);
  planList(plan, changes, {
    member: 'audience',
    path: '/accessToken/claims/aud/',
    elements: Array.isArray(audience) ? audience : audience === undefined ? [] : [audience],
    addressable: Array.isArray(audience),
    readable: request.accessToken.readable,
  });
}

function planList(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const asking = changes.filter((change) => change[list.member] !== undefined);
  if (asking.length === 0) return;
  planRemovals(plan, asking, list);
  planAdditions(plan, asking, list);
}

/**
 * Indexes are those of the request and do not shift after an earlier removal: the identity server
 * looks the element up in the request's own list and removes it by value.
 */
function planRemovals(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const effect = `${list.member}.remove` as const;
  // What is no text cannot be matched, and must not pass for something that nobody wants removed.
  if (!list.readable || list.elements.some((element) => typeof element !== 'string')) {
    const removing = changes.filter((change) => change[list.member]?.remove.empty === false);
    plan.failRestriction(removing, effect, 'not-reachable');
  }
  if (!list.readable) return;
  for (const [index, element] of list.elements.entries()) {
    if (typeof element !== 'string') continue;
    const removing = changes.filter((change) => change[list.member]?.remove.matches(element));
    if (removing.length === 0) continue;
    if (list.addressable) {
      plan.restrict(removing, effect, { op: 'remove', path: `${list.path}${index}` });
    } else {
      plan.failRestriction(removing, effect, 'not-reachable');
    }
  }
}

function planAdditions(plan: Plan, changes: readonly Change[], list: TokenList): void {
  const effect = `${list.member}.add` as const;
  // What a policy adds is little, beside what a set of all elements costs.
  const added = new Set<string>();
  for (const change of changes) {
    for (const value of change[list.member]?.add ?? []) {
      if (changes.some((other) => other[list.member]?.remove.matches(value))) {
        plan.skip(change, effect, 'removed');
      } else if (!added.has(value) && !list.elements.includes(value)) {
        const operation = { op: 'add', path: `${list.path}-`, value } as const;
        if (!list.addressable) plan.skip(change, effect, 'not-reachable');
        else if (plan.addIfAllowed(change, effect, operation)) added.add(value);
      }
    }
  }
}
