import { hash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { TimeLimitExceeded, withTimeLimit } from '../../lib/timeout.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { ALGORITHMS, type KeySet } from './key-set.ts';

/** Requirements for an access token. */
export interface TokenRequirements {
  readonly issuer: string;
  readonly audience: string;
  /** Space-separated scopes, all of which the token must have. */
  readonly scope?: string;
  readonly client_id?: string;
}

/** Result of verifying a token. `why` is a sentence that repeats nothing from the token. */
export type TokenVerdict =
  | { readonly kind: 'valid' }
  /** The token is not acceptable, or has expired. */
  | { readonly kind: 'invalid'; readonly why: string }
  /** The key that could verify the token cannot be loaded. */
  | { readonly kind: 'unverifiable'; readonly why: string };

export interface TokenVerifierOptions {
  /** Milliseconds that a request waits for keys and verification. */
  readonly timeLimit: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface TokenVerifier {
  /** Verifies a token: synchronously if it was verified before and has not expired. */
  verify(token: string): TokenVerdict | Promise<TokenVerdict>;
}

/** A token of WSO2 Identity Server has about 1 KB; Node's limit for all headers is 16 KB. */
const MAX_TOKEN_LENGTH = 8192;

/** The identity server uses one token until it expires. */
const MAX_VERIFIED_TOKENS = 1000;

/** Maximum difference between the clocks of issuer and service. */
const CLOCK_TOLERANCE_S = 30;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Values of `typ` for access tokens, in lower case: that of RFC 9068, and that of most issuers. */
const TOKEN_TYPES = new Set(['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt']);

/** Claims of ID tokens (OpenID Connect Core, sections 2 and 3.3): they prove a login, and are no authorization. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

const VALID: TokenVerdict = { kind: 'valid' };

/** Verifies access tokens that one issuer signed (RFC 7519, RFC 9068). */
export function createTokenVerifier(
  requirements: TokenRequirements,
  keys: IssuerKeys,
  { timeLimit, now = Date.now }: TokenVerifierOptions,
): TokenVerifier {
  const { issuer, audience } = requirements;
  /** Expiry of verified tokens (seconds since the epoch), by the hash of the token. */
  const verified = new LRUCache<string, number>({ max: MAX_VERIFIED_TOKENS });
  let verifiedWith: KeySet | undefined;

  function verify(token: string): TokenVerdict | Promise<TokenVerdict> {
    const current = keys.current();
    // The keys have changed: the issuer may have withdrawn the key that signed a token.
    if (current !== verifiedWith) {
      verified.clear();
      verifiedWith = current;
    }
    if (token.length > MAX_TOKEN_LENGTH) {
      return current === undefined ? noKeys() : invalid('is too long');
    }
    const expiry = verified.get(hash('sha256', token, 'base64'));
    if (expiry !== undefined && secondsNow() < expiry) return VALID;
    return verifyInTime(token);
  }

  async function verifyInTime(token: string): Promise<TokenVerdict> {
    try {
      return await withTimeLimit(timeLimit, () => verifyUncached(token));
    } catch (error) {
      const why =
        error instanceof TimeLimitExceeded ? `within ${timeLimit} ms` : `(${errorNameOf(error)})`;
      return unverifiable(`The access token could not be verified ${why}.`);
    }
  }

  async function verifyUncached(token: string): Promise<TokenVerdict> {
    const flaw = findFlaw(token, issuer, secondsNow());
    if (keys.current() === undefined && flaw === undefined) await keys.reload();
    const current = keys.current();
    // Even a flawed token gets no 401, after which the identity server would fetch another one in vain.
    if (current === undefined) return noKeys();
    if (flaw !== undefined) return invalid(flaw);
    try {
      return await verifyWith(current, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) return toVerdict(error);
    }
    // The issuer may have started to use a new key.
    const isUpToDate = await keys.reload();
    const reloaded = keys.current();
    if (reloaded === undefined) return noKeys();
    try {
      return await verifyWith(reloaded, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || isUpToDate) return toVerdict(error);
    }
    return unverifiable(
      'The access token is signed with an unknown key, and the keys of its issuer cannot be loaded.',
    );
  }

  async function verifyWith(current: KeySet, token: string): Promise<TokenVerdict> {
    const { payload, protectedHeader } = await verifySignature(current, token, {
      algorithms: [...ALGORITHMS],
      issuer,
      audience,
      requiredClaims: ['exp'],
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
    });
    const flaw = findTypeFlaw(protectedHeader.typ) ?? findClaimFlaw(payload, requirements);
    if (flaw !== undefined) return invalid(flaw);
    if (current === verifiedWith) {
      verified.set(hash('sha256', token, 'base64'), (payload.exp ?? 0) + CLOCK_TOLERANCE_S);
    }
    return VALID;
  }

  function secondsNow(): number {
    return Math.floor(now() / 1000);
  }

  function noKeys(): TokenVerdict {
    return unverifiable('The keys of the access token issuer have not been loaded.');
  }

  return { verify };
}

/**
 * Returns what is wrong with a token regardless of keys, to complete a sentence about it; undefined if nothing is.
 *
 * @param now seconds since the epoch.
 */
function findFlaw(token: string, issuer: string, now: number): string | undefined {
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

type VerifyOptions = Parameters<typeof jwtVerify>[2];

/** Verifies with the key that the header refers to; without a `kid`, with each key of the algorithm. */
async function verifySignature(current: KeySet, token: string, options: VerifyOptions) {
  try {
    return await jwtVerify(token, current.select, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, options);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function findTypeFlaw(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === 'string' && TOKEN_TYPES.has(typ.toLowerCase())
    ? undefined
    : 'has a typ that is not of an access token';
}

function findClaimFlaw(
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

const CLAIM_FLAWS: Readonly<Record<string, string>> = {
  iss: 'is of another issuer',
  aud: 'is for another audience',
  nbf: 'is not valid yet',
};

/** Converts an error of the verification. */
function toVerdict(error: unknown): TokenVerdict {
  if (error instanceof errors.JWTExpired) return invalid('has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (reason === 'missing') return invalid(`has no ${claim}`);
    if (reason === 'invalid') return invalid(`has an invalid ${claim}`);
    return invalid(CLAIM_FLAWS[claim] ?? `has a wrong ${claim}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalid('has a wrong signature');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalid('is signed with a key that its issuer does not publish');
  }
  if (error instanceof errors.JOSEError) return invalid('is not a signed JWT');
  return unverifiable(`The access token could not be verified (${errorNameOf(error)}).`);
}

function invalid(flaw: string): TokenVerdict {
  return { kind: 'invalid', why: `The access token ${flaw}.` };
}

function unverifiable(why: string): TokenVerdict {
  return { kind: 'unverifiable', why };
}

function errorNameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
