import { hash } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { TimeLimitExceeded, withTimeLimit } from '../../lib/timeout.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { ALGORITHMS, type KeySet } from './key-set.ts';

/** What an access token must be to be accepted. */
export interface TokenRequirements {
  readonly issuer: string;
  readonly audience: string;
  /** Scopes, separated by spaces, that the token must all have. */
  readonly scope?: string;
  readonly client_id?: string;
}

/** What a check of a token resulted in. `why` is a sentence of our own with nothing of the token in it. */
export type TokenVerdict =
  | { readonly kind: 'valid' }
  /** Another token of the same kind would not be accepted either, or this one has expired. */
  | { readonly kind: 'invalid'; readonly why: string }
  /** It cannot be told: the key that would tell cannot be loaded. */
  | { readonly kind: 'unverifiable'; readonly why: string };

export interface TokenVerifierOptions {
  /** How long a call waits for keys and verification, in milliseconds. */
  readonly timeLimit: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

export interface TokenVerifier {
  /** Checks a token: at once when it was verified before, and it has not expired since. */
  verify(token: string): TokenVerdict | Promise<TokenVerdict>;
}

/** A token of WSO2 Identity Server has about 1 KB; Node reads 16 KB of headers in all. */
const MAX_TOKEN_LENGTH = 8192;

/** The identity server uses one token until it expires. */
const MAX_VERIFIED_TOKENS = 1000;

/** How far the clocks of issuer and service may differ. */
const CLOCK_TOLERANCE_S = 30;

const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Values of `typ` for access tokens, in lower case: RFC 9068, and what most issuers send. */
const TOKEN_TYPES = new Set(['jwt', 'application/jwt', 'at+jwt', 'application/at+jwt']);

/** Claims of ID tokens (OpenID Connect Core, sections 2 and 3.3): they prove a login, and authorize nobody. */
const ID_TOKEN_CLAIMS = ['nonce', 'at_hash', 'c_hash', 's_hash'];

const VALID: TokenVerdict = { kind: 'valid' };

/** Verifies access tokens that one issuer signed (RFC 7519, RFC 9068). */
export function createTokenVerifier(
  requirements: TokenRequirements,
  keys: IssuerKeys,
  { timeLimit, now = Date.now }: TokenVerifierOptions,
): TokenVerifier {
  const { issuer, audience } = requirements;
  /** Seconds since the epoch at which a verified token ends, by the hash of the token. */
  const verified = new LRUCache<string, number>({ max: MAX_VERIFIED_TOKENS });
  let verifiedWith: KeySet | undefined;

  function verify(token: string): TokenVerdict | Promise<TokenVerdict> {
    const current = keys.current();
    // What a withdrawn key has signed must be verified again.
    if (current !== verifiedWith) {
      verified.clear();
      verifiedWith = current;
    }
    if (token.length > MAX_TOKEN_LENGTH) {
      return current === undefined ? noKeys() : invalid('is too long');
    }
    const end = verified.get(hash('sha256', token, 'base64'));
    if (end !== undefined && secondsNow() < end) return VALID;
    return verifyInTime(token);
  }

  async function verifyInTime(token: string): Promise<TokenVerdict> {
    try {
      return await withTimeLimit(timeLimit, () => verifyAnew(token));
    } catch (error) {
      const why =
        error instanceof TimeLimitExceeded ? `within ${timeLimit} ms` : `(${nameOf(error)})`;
      return unverifiable(`The access token could not be verified ${why}.`);
    }
  }

  async function verifyAnew(token: string): Promise<TokenVerdict> {
    const fault = faultOf(token, issuer, secondsNow());
    if (keys.current() === undefined && fault === undefined) await keys.reload();
    const current = keys.current();
    // Not even a token with a fault gets a 401: the identity server would fetch another one for nothing.
    if (current === undefined) return noKeys();
    if (fault !== undefined) return invalid(fault);
    try {
      return await verifyWith(current, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) return verdictOf(error);
    }
    // The issuer may have begun to use a new key.
    const isUpToDate = await keys.reload();
    const reloaded = keys.current();
    if (reloaded === undefined) return noKeys();
    try {
      return await verifyWith(reloaded, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || isUpToDate) return verdictOf(error);
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
    const fault = typeFault(protectedHeader.typ) ?? claimFault(payload, requirements);
    if (fault !== undefined) return invalid(fault);
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

/** What is wrong with a token that no key could make right: the rest of a sentence about it. `now` in seconds. */
function faultOf(token: string, issuer: string, now: number): string | undefined {
  // An encrypted token (JWE) has five parts.
  if (!COMPACT_JWS.test(token)) return 'is not a signed JWT';
  try {
    const { alg, kid } = decodeProtectedHeader(token);
    if (!ALGORITHMS.includes(String(alg))) return 'has an algorithm that is not allowed';
    if (kid !== undefined && typeof kid !== 'string') return 'has a kid that is not a text';
    const { iss, exp } = decodeJwt(token);
    // Another issuer's key would only be looked for in vain.
    if (iss !== issuer) return 'is of another issuer';
    // The key may be gone for the same reason, and the next token has another one.
    return typeof exp === 'number' && exp <= now - CLOCK_TOLERANCE_S ? 'has expired' : undefined;
  } catch {
    return 'is not a signed JWT';
  }
}

type VerifyOptions = Parameters<typeof jwtVerify>[2];

/** Verifies with the key that the header refers to; without a `kid`, with each that fits the algorithm. */
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

function typeFault(typ: unknown): string | undefined {
  if (typ === undefined) return undefined;
  return typeof typ === 'string' && TOKEN_TYPES.has(typ.toLowerCase())
    ? undefined
    : 'has a typ that is not of an access token';
}

function claimFault(
  claims: JWTPayload,
  { scope, client_id: clientId }: TokenRequirements,
): string | undefined {
  if (ID_TOKEN_CLAIMS.some((name) => Object.hasOwn(claims, name)) || claims.token_use === 'id') {
    return 'is an ID token';
  }
  // Its holder would have to prove that it has a key, which is not possible here (RFC 7800).
  if (Object.hasOwn(claims, 'cnf')) return 'is bound to a key of its client';
  if (clientId !== undefined && (claims.client_id ?? claims.azp) !== clientId) {
    return 'is of another client';
  }
  const granted = scopesOf(claims.scope);
  const required = scope?.split(' ') ?? [];
  return required.every((name) => granted.includes(name)) ? undefined : 'lacks the scope';
}

/** RFC 8693 has a text with spaces; some issuers send a list. */
function scopesOf(scope: unknown): readonly unknown[] {
  if (typeof scope === 'string') return scope.split(' ');
  return Array.isArray(scope) ? scope : [];
}

const CLAIM_FAULTS: Readonly<Record<string, string>> = {
  iss: 'is of another issuer',
  aud: 'is for another audience',
  nbf: 'is not valid yet',
};

/** What an error of the verification says of the token. */
function verdictOf(error: unknown): TokenVerdict {
  if (error instanceof errors.JWTExpired) return invalid('has expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim, reason } = error;
    if (reason === 'missing') return invalid(`has no ${claim}`);
    if (reason === 'invalid') return invalid(`has an invalid ${claim}`);
    return invalid(CLAIM_FAULTS[claim] ?? `has a wrong ${claim}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalid('has a wrong signature');
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalid('is signed with a key that its issuer does not publish');
  }
  if (error instanceof errors.JOSEError) return invalid('is not a signed JWT');
  return unverifiable(`The access token could not be verified (${nameOf(error)}).`);
}

function invalid(fault: string): TokenVerdict {
  return { kind: 'invalid', why: `The access token ${fault}.` };
}

function unverifiable(why: string): TokenVerdict {
  return { kind: 'unverifiable', why };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown error';
}
