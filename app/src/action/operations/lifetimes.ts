import type { Change, EffectName } from '../change.ts';
import type { TokenRequest } from '../request.ts';
import { type Lifetime, lifetimeOf } from '../token.ts';
import type { Plan } from './plan.ts';

/**
 * Limits the access token to the shortest lifetime of the changes. A shorter token is left unchanged: `replace`
 * has no upper bound, so sending the ceiling would lengthen it. For the same reason, a lifetime that the request
 * does not state cannot be limited.
 */
export function planLifetime(plan: Plan, request: TokenRequest, changes: readonly Change[]): void {
  planCeiling(plan, {
    effect: 'lifetime',
    path: '/accessToken/claims/expires_in',
    current: lifetimeOf(request.accessToken.claims),
    changes,
    ceiling: (change) => change.lifetime,
  });
}

/**
 * Limits the lifetime of the refresh token, and removes the refresh token from the response to the client. The
 * removal does not revoke a refresh token that the client already has, so a ceiling applies as well.
 */
export function planRefreshToken(
  plan: Plan,
  request: TokenRequest,
  changes: readonly Change[],
): void {
  if (!mayHaveRefreshToken(request)) return;
  const dropping = changes.filter((change) => change.refreshToken?.drop === true);
  if (dropping.length > 0) {
    const path = '/response/parameters/refresh_token';
    plan.restrict(dropping, 'refresh_token.drop', { op: 'remove', path });
  }
  planCeiling(plan, {
    effect: 'refresh_token.lifetime',
    path: '/refreshToken/claims/expires_in',
    current: lifetimeOf(request.refreshToken?.claims ?? []),
    changes,
    ceiling: (change) => change.refreshToken?.lifetime,
  });
}

interface Ceiling {
  readonly effect: EffectName;
  readonly path: string;
  readonly current: Lifetime;
  readonly changes: readonly Change[];
  readonly ceiling: (change: Change) => number | undefined;
}

function planCeiling(plan: Plan, { effect, path, current, changes, ceiling }: Ceiling): void {
  const shortening = changes.filter((change) => {
    const seconds = ceiling(change);
    return seconds !== undefined && !(typeof current === 'number' && current <= seconds);
  });
  if (shortening.length === 0) return;
  if (current === 'unknown') {
    plan.failRestriction(shortening, effect, 'unknown-lifetime');
    return;
  }
  const value = Math.min(
    ...shortening.map((change) => ceiling(change) ?? Number.POSITIVE_INFINITY),
  );
  plan.restrict(shortening, effect, { op: 'replace', path, value });
}

/** Grants with which the identity server can issue a refresh token. */
export const GRANTS_WITH_REFRESH_TOKEN: ReadonlySet<string> = new Set([
  'authorization_code',
  'password',
  'refresh_token',
]);

/**
 * Returns whether a refresh token may be issued with the access token. From contract v1.1 on, a request has
 * `refreshToken` if so. v1.0 does not say it, and lacks `organization`, too: a request without either counts as
 * v1.0, and the grant decides.
 */
function mayHaveRefreshToken(request: TokenRequest): boolean {
  if (request.refreshToken !== undefined) return true;
  if (request.responseParameters !== undefined) {
    return request.responseParameters.includes('refresh_token');
  }
  return request.organization === undefined && GRANTS_WITH_REFRESH_TOKEN.has(request.grant);
}
