import type { Claim } from './request.ts';

/** Returns the value of a claim, `undefined` if the request does not list it or sends it without a value. */
export function claimValue(claims: readonly Claim[], name: string): unknown {
  return claims.find((claim) => claim.name === name)?.value;
}

/** Seconds, above zero; `unknown` if the request does not state them. */
export type Lifetime = number | 'unknown';

/**
 * Returns a token's `expires_in`. The identity server sends -1 if no lifetime is configured and its default
 * applies, which the request does not state. 0 is not a lifetime, either.
 */
export function lifetimeOf(claims: readonly Claim[]): Lifetime {
  const value = claimValue(claims, 'expires_in');
  const isDecimal = typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value);
  const seconds = isDecimal || typeof value === 'bigint' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return 'unknown';
  return seconds > 0 ? seconds : 'unknown';
}
