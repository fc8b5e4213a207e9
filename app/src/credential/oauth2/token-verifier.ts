import { hash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { TimeLimitError, withTimeLimit } from '../../lib/timeout.ts';
import type { IssuerKeys } from './issuer-keys.ts';
import { ALGORITHMS, type KeySet } from './key-set.ts';
import {
  CLOCK_TOLERANCE_S,
  findClaimFlaw,
  findFlaw,
  findTypeFlaw,
  type TokenRequirements,
} from './token-flaws.ts';

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
        error instanceof TimeLimitError ? `within ${timeLimit} ms` : `(${errorNameOf(error)})`;
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
