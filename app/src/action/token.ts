import type { Claim } from './request.ts';

/** The value of a claim, `undefined` when the request lists no such claim or sends it empty. */
export function claimValue(claims: readonly Claim[], name: string): unknown {
  return claims.find((claim) => claim.name === name)?.value;
}

/** Seconds, above zero; `unknown` where the request does not state them. */
export type Lifetime = number | 'unknown';

/**
 * Returns a token's `expires_in`. The identity server writes -1 where nothing is configured and its
 * default applies, which the request does not state; 0 is not a lifetime either.
 */
export function lifetimeOf(claims: readonly Claim[]): Lifetime {
  const value = claimValue(claims, 'expires_in');
  const isText = typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value);
  const seconds = isText || typeof value === 'bigint' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'unknown';
  return seconds > 0 ? seconds : 'unknown';
}
