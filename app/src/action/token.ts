import type { Claim } from './request.ts';

/** The value of a claim, `undefined` when the request lists no such claim or sends it empty. */
export function claimValue(claims: readonly Claim[], name: string): unknown {
  return claims.find((claim) => claim.name === name)?.value;
}

/**
 * A token's `expires_in` in seconds. `undefined` when the request does not give a positive number:
 * the identity server writes -1 where nothing is configured, and such a token may live long.
 */
export function lifetimeOf(claims: readonly Claim[]): number | undefined {
  const value = claimValue(claims, 'expires_in');
  const seconds = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined;
}
