import { decodeJwt, decodeProtectedHeader, type JWTPayload } from 'jose';
import { ALGORITHMS } from './key-set.ts';

/** Requirements for an access token. */
export interface TokenRequirements {
  readonly issuer: string;
  readonly audience: string;
  /** Space-separated scopes, all of which the token must have. */
  readonly scope?: string;
  readonly client_id?: string;
}

/** Maximum difference between the clocks of issuer and service. */
export const CLOCK_TOLERANCE_S = 30;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Values of `typ` for access tokens, in lower case: that of RFC 9068, and that of most issuers. */
const TOKEN_TYPES = new Set(['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt']);

/** Claims of ID tokens (OpenID Connect Core, sections 2 and 3.3): they prove a login, and do not authorize calls. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

/**
 * Returns what is wrong with a token regardless of keys, to complete a sentence about it; undefined if nothing is.
 *
 * @param now seconds since the epoch.
 */
export function findFlaw(token: string, issuer: string, now: number): string | undefined {
  // An encrypted token (JWE) has five parts.
  if (!COMPACT_JWS.test(token)) return 'is not a signed JWT';
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(String(alg))) return 'has an algorithm that is not allowed';
    if (kid !== undefined && typeof kid !== 'string') return 'has a kid that is not a string';
    const { iss, exp } = decodeJwt(token);
    // A key of another issuer will not be found.
    if (iss !== issuer) return 'is of another issuer';
    // Checked before the key, which may have been withdrawn since the token expired.
    return typeof exp === 'number' && exp <= now - CLOCK_TOLERANCE_S ? 'has expired' : undefined;
  } catch {
    return 'is not a signed JWT';
  }
}

/** Returns what is wrong with the header's `typ`, if anything. */
export function findTypeFlaw(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === 'string' && TOKEN_TYPES.has(typ.toLowerCase())
    ? undefined
    : 'has a typ that is not of an access token';
}

/** Returns what is wrong with the claims of a verified token, if anything. */
export function findClaimFlaw(
  claims: JWTPayload,
  { scope, client_id: clientId }: TokenRequirements,
): string | undefined {
  if (ID_TOKEN_CLAIMS.some((name) => Object.hasOwn(claims, name)) || claims.token_use === 'id') {
    return 'is an ID token';
  }
  // The sender would have to prove possession of a key, which is not supported here (RFC 7800).
  if (Object.hasOwn(claims, 'cnf')) return 'is bound to a key of its client';
  if (clientId !== undefined && (claims.client_id ?? claims.azp) !== clientId) {
    return 'is of another client';
  }
  const granted = scopesOf(claims.scope);
  const required = scope?.split(' ') ?? [];
  return required.every((name) => granted.includes(name)) ? undefined : 'lacks the scope';
}

/** A space-separated string per RFC 8693; some issuers send a list. */
function scopesOf(scope: unknown): readonly unknown[] {
  if (typeof scope === 'string') return scope.split(' ');
  return Array.isArray(scope) ? scope : [];
}
