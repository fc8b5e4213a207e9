import type { Credential } from './credential.ts';
import type { OAuth2Credential } from './oauth2/oauth2-credential.ts';
import type { TokenVerdict, TokenVerifier } from './oauth2/token-verifier.ts';
import {
  AUTHORIZATION,
  type Compare,
  createSecretMatcher,
  type HeaderReader,
  type SecretMatcher,
} from './shared-secret.ts';

export type { Compare, HeaderReader };

/** A credential; the previous version of one has an expiry. */
export type AcceptedCredential = Credential & {
  /** When it stops being accepted, in milliseconds since the epoch; absent for the current version. */
  readonly until?: number;
};

/** Result of checking an access token. `why` is for the log, and not for the caller. */
export type TokenCheck =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string; readonly challenge: string }
  /** The keys that could verify the token cannot be loaded. */
  | { readonly kind: 'unverifiable'; readonly why: string };

export interface Authenticator {
  /** Returns whether the headers contain an accepted secret. */
  accepts(header: HeaderReader): boolean;
  /**
   * Checks the access token in headers without an accepted secret: synchronously if it was verified before.
   * Returns `undefined` if there is no token, or if no OAuth2 credential is accepted.
   */
  checkToken?(header: HeaderReader): TokenCheck | Promise<TokenCheck> | undefined;
  /** Returns why headers are not accepted: one sentence for the log, and not for the caller. */
  rejectionReason?(header: HeaderReader): string;
  /** Replaces the accepted credentials from the next request on. @throws Error if there are none. */
  update(credentials: readonly AcceptedCredential[]): void;
  /** The value of WWW-Authenticate, which a 401 must have (RFC 9110, section 15.5.2). */
  readonly challenge: string;
}

export interface AuthenticatorOptions {
  /** Milliseconds since the epoch; compared with the expiry of a previous version. @default Date.now */
  readonly now?: () => number;
  /** Called with each use of a previous version, with its expiry in milliseconds since the epoch. */
  readonly onPreviousUsed?: (until: number) => void;
  /** Returns the verifier of an OAuth2 credential's tokens; required if there is such a credential. */
  readonly getVerifier?: (credential: OAuth2Credential) => TokenVerifier;
}

/** Reason for a caller without a credential, or with an unknown one. */
export const WRONG_CREDENTIAL = 'The credential is missing or wrong.';

interface Accepted {
  /** When it stops being accepted, in milliseconds since the epoch. */
  readonly until: number;
  readonly challenge: string;
}

interface AcceptedSecret extends Accepted {
  readonly matcher: SecretMatcher;
}

interface AcceptedIssuer extends Accepted {
  readonly verifier: TokenVerifier;
}

const BEARER = /^bearer(?: |$)/i;

const REALM = 'realm="risk-gate"';

/** HTTP has no registered scheme for API keys, and allows private ones in a challenge. */
const CHALLENGES: Record<Credential['scheme'], string> = {
  'api-key': `ApiKey ${REALM}`,
  bearer: `Bearer ${REALM}`,
  basic: `Basic ${REALM}, charset="UTF-8"`,
  oauth2: `Bearer ${REALM}`,
};

/** Makes the identity server fetch another token (RFC 6750, section 3). */
const INVALID_TOKEN = `${CHALLENGES.oauth2}, error="invalid_token"`;

/** Expiry of a current version: later than any clock. */
const NEVER = Number.POSITIVE_INFINITY;

const ACCEPTED: TokenCheck = { kind: 'accepted' };

const NOT_ONE_TOKEN = 'The Authorization header is not Bearer with one token.';

/**
 * Authenticates the caller. Every call compares all shared secrets, so that neither the time nor the number of
 * comparisons reveals how much of a guess is right. Longer secrets take longer, whatever is presented.
 *
 * @param compare for tests that observe the comparisons.
 */
export function createAuthenticator(
  credentials: readonly AcceptedCredential[],
  compare?: Compare,
  { now = Date.now, onPreviousUsed, getVerifier }: AuthenticatorOptions = {},
): Authenticator {
  let accepted: readonly Accepted[] = [];
  let secrets: readonly AcceptedSecret[] = [];
  let issuers: readonly AcceptedIssuer[] = [];

  function toAccepted(credential: AcceptedCredential): AcceptedSecret | AcceptedIssuer {
    const { until = NEVER, scheme } = credential;
    const challenge = CHALLENGES[scheme];
    if (scheme !== 'oauth2') {
      return { until, challenge, matcher: createSecretMatcher(credential, compare) };
    }
    if (getVerifier === undefined) throw new Error('An OAuth2 credential requires getVerifier.');
    return { until, challenge, verifier: getVerifier(credential) };
  }

  function update(updated: readonly AcceptedCredential[]): void {
    if (updated.length === 0) {
      throw new Error('The service requires at least one credential of its caller.');
    }
    const all = updated.map(toAccepted);
    accepted = all;
    secrets = all.filter((each) => 'matcher' in each);
    issuers = all.filter((each) => 'verifier' in each);
  }

  /** Compares all secrets, and returns the matching one that expires last. */
  function findSecret(header: HeaderReader): AcceptedSecret | undefined {
    let found: AcceptedSecret | undefined;
    for (const secret of secrets) {
      const matches = secret.matcher.matches(header);
      if (matches && (found === undefined || secret.until > found.until)) found = secret;
    }
    return found;
  }

  /** Returns whether a presented credential has not expired, and reports the use of a previous version. */
  function admit({ until }: Accepted): boolean {
    if (until === NEVER) return true;
    if (now() >= until) return false;
    onPreviousUsed?.(until);
    return true;
  }

  function checkToken(header: HeaderReader): TokenCheck | Promise<TokenCheck> | undefined {
    if (issuers.length === 0) return undefined;
    const authorization = header('authorization');
    if (authorization === undefined || !BEARER.test(authorization)) return undefined;
    const [, , token] = AUTHORIZATION.exec(authorization) ?? [];
    if (token === undefined) return refused(NOT_ONE_TOKEN);
    const checked = issuers;
    const verdicts = checked.map(({ verifier }) => verifier.verify(token));
    return verdicts.some((verdict) => verdict instanceof Promise)
      ? Promise.all(verdicts).then((settled) => summarize(checked, settled))
      : summarize(checked, verdicts as TokenVerdict[]);
  }

  function summarize(
    checked: readonly AcceptedIssuer[],
    verdicts: readonly TokenVerdict[],
  ): TokenCheck {
    // The first one is the current credential.
    const valid = checked.find((_, index) => verdicts[index]?.kind === 'valid');
    if (valid !== undefined) return admit(valid) ? ACCEPTED : refused(expiredSince(valid.until));
    const unverifiable = verdicts.find(({ kind }) => kind === 'unverifiable');
    if (unverifiable?.kind === 'unverifiable') return unverifiable;
    const invalid = verdicts.find(({ kind }) => kind === 'invalid');
    return refused(invalid?.kind === 'invalid' ? invalid.why : WRONG_CREDENTIAL);
  }

  function refused(why: string): TokenCheck {
    return { kind: 'refused', why, challenge: challengeWith(INVALID_TOKEN) };
  }

  /** @param oauth2 the challenge for OAuth2 credentials. */
  function challengeWith(oauth2: string): string {
    const challenges = accepted
      .filter(({ until }) => now() < until)
      .map(({ challenge }) => (challenge === CHALLENGES.oauth2 ? oauth2 : challenge));
    return [...new Set(challenges)].join(', ');
  }

  update(credentials);
  return {
    accepts(header) {
      const found = findSecret(header);
      return found !== undefined && admit(found);
    },
    checkToken,
    rejectionReason(header) {
      const found = findSecret(header);
      return found === undefined ? WRONG_CREDENTIAL : expiredSince(found.until);
    },
    update,
    get challenge() {
      return challengeWith(CHALLENGES.oauth2);
    },
  };
}

/** An expiry of 0 means that CREDENTIAL_PREVIOUS_TTL=0 never accepts a previous version. */
function expiredSince(until: number): string {
  const since = until > 0 ? ` since ${new Date(until).toISOString()}` : '';
  return `The credential is the previous version, which is not accepted${since} (CREDENTIAL_PREVIOUS_TTL): configure the current one in the identity server.`;
}
