import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credential, SharedSecret } from './credential.ts';
import type { OAuth2Credential } from './oauth2/oauth2-credential.ts';
import type { TokenVerdict, TokenVerifier } from './oauth2/token-verifier.ts';

/** Reads one header of the request; the name comes in lower case. */
export type HeaderReader = (name: string) => string | undefined;

/** A credential, and for the previous version of one when it stops being accepted. */
export type AcceptedCredential = Credential & {
  /** Milliseconds since the epoch; absent for the current version, which has no end. */
  readonly until?: number;
};

/** What the check of an access token resulted in. The sentences are for the log and not for the caller. */
export type TokenCheck =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused'; readonly why: string; readonly challenge: string }
  /** The keys to verify it with cannot be loaded. */
  | { readonly kind: 'unverifiable'; readonly why: string };

export interface Authenticator {
  /** Returns whether the headers show an accepted secret. */
  accepts(header: HeaderReader): boolean;
  /**
   * Checks the access token in headers without an accepted secret: at once when it was verified before.
   * Returns `undefined` when there is none, or when no OAuth2 credential is accepted.
   */
  checkToken?(header: HeaderReader): TokenCheck | Promise<TokenCheck> | undefined;
  /** Returns why headers that are not accepted are not, as a sentence for the log and not for the caller. */
  whyRefused?(header: HeaderReader): string;
  /** Replaces the accepted credentials, for the next request on. @throws Error when there are none. */
  update(credentials: readonly AcceptedCredential[]): void;
  /** The value of WWW-Authenticate, which a 401 must have (RFC 9110, section 15.5.2). */
  readonly challenge: string;
}

export interface AuthenticatorOptions {
  /** Milliseconds since the epoch: when a previous version ends is checked on each call. @default Date.now */
  readonly now?: () => number;
  /** Receives each use of a previous version, and when that one ends (milliseconds since the epoch). */
  readonly onPreviousUsed?: (until: number) => void;
  /** Returns what verifies the tokens of an OAuth2 credential; needed where there are some. */
  readonly verifierOf?: (credential: OAuth2Credential) => TokenVerifier;
}

/** What is said of a caller who shows nothing, or something else than a credential of ours. */
export const WRONG_CREDENTIAL = 'The credential is missing or wrong.';

/** Compares as many bytes with as many, in constant time. */
export type Compare = (a: Uint8Array, b: Uint8Array) => boolean;

interface Accepted {
  /** When it stops being accepted, in milliseconds since the epoch. */
  readonly until: number;
  readonly challenge: string;
}

interface TokenCandidate extends Accepted {
  readonly verifier: TokenVerifier;
}

interface Candidate extends Accepted {
  readonly header: string;
  /** The word before the token in Authorization, in lower case; none for an API key. */
  readonly scheme?: string;
  /** Whether what is shown is compared with its characters composed (Unicode's form NFC). */
  readonly inNfc?: boolean;
  /** What is to be shown, as UTF-8. */
  readonly expected: Buffer;
  /** Room for as much of what a caller shows. */
  readonly shown: Buffer;
}

/** A scheme and one token; a list, or a value that a proxy has joined from two headers, does not fit. */
const AUTHORIZATION = /^([!-~]+) +([!-~]+)$/;

const BEARER = /^bearer(?: |$)/i;

const REALM = 'realm="risk-gate"';

/** HTTP has no registered scheme for API keys; a challenge may have a name of one's own. */
const CHALLENGES: Record<Credential['scheme'], string> = {
  'api-key': `ApiKey ${REALM}`,
  bearer: `Bearer ${REALM}`,
  basic: `Basic ${REALM}, charset="UTF-8"`,
  oauth2: `Bearer ${REALM}`,
};

/** The identity server fetches another token when it reads this (RFC 6750, section 3). */
const INVALID_TOKEN = `${CHALLENGES.oauth2}, error="invalid_token"`;

/** Stands in for a header that is missing or of another scheme: it is compared too, and fits nothing. */
const NOTHING = randomBytes(32).toString('base64');

/** The end of what has none: later than every clock. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Checks the caller's credential. Every known credential is compared on every call, over its whole
 * length however long a guess is, so that neither the time nor the number of comparisons tells how much
 * of the guess was right. A long credential takes longer than a short one, whatever is shown.
 *
 * @param compare for a test that watches the comparisons.
 */
export function createAuthenticator(
  credentials: readonly AcceptedCredential[],
  compare: Compare = timingSafeEqual,
  { now = Date.now, onPreviousUsed, verifierOf }: AuthenticatorOptions = {},
): Authenticator {
  let candidates: readonly Candidate[] = [];
  let tokenCandidates: readonly TokenCandidate[] = [];
  let all: readonly Accepted[] = [];

  function update(accepted: readonly AcceptedCredential[]): void {
    if (accepted.length === 0) {
      throw new Error('The service needs at least one credential of its caller.');
    }
    all = accepted.map((credential) =>
      credential.scheme === 'oauth2'
        ? tokenCandidateOf(credential, verifierOf)
        : candidateOf(credential),
    );
    candidates = all.filter((each): each is Candidate => 'expected' in each);
    tokenCandidates = all.filter((each): each is TokenCandidate => 'verifier' in each);
  }

  /** Compares all of them, and returns the one that fits: of several the one that ends last. */
  function find(header: HeaderReader): Candidate | undefined {
    let found: Candidate | undefined;
    for (const candidate of candidates) {
      const presented = presentedTo(candidate, header) ?? NOTHING;
      const fits = isEqual(presented, candidate);
      if (fits && (found === undefined || candidate.until > found.until)) found = candidate;
    }
    return found;
  }

  function isEqual(presented: string, { expected, shown }: Candidate): boolean {
    // What is too short is filled up, and what is too long cut off; its length then tells them apart.
    shown.fill(0);
    shown.write(presented);
    const matches = compare(shown, expected);
    return Buffer.byteLength(presented) === expected.length && matches;
  }

  /** Whether what was shown is still accepted. */
  function admit({ until }: Accepted): boolean {
    if (until === NEVER) return true;
    if (now() >= until) return false;
    onPreviousUsed?.(until);
    return true;
  }

  function checkToken(header: HeaderReader): TokenCheck | Promise<TokenCheck> | undefined {
    if (tokenCandidates.length === 0) return undefined;
    const authorization = header('authorization');
    if (authorization === undefined || !BEARER.test(authorization)) return undefined;
    const [, , token] = AUTHORIZATION.exec(authorization) ?? [];
    if (token === undefined) return refused(NOT_ONE_TOKEN);
    const checked = tokenCandidates;
    const verdicts = checked.map(({ verifier }) => verifier.verify(token));
    return verdicts.some((verdict) => verdict instanceof Promise)
      ? Promise.all(verdicts).then((settled) => summarize(checked, settled))
      : summarize(checked, verdicts as TokenVerdict[]);
  }

  function summarize(
    checked: readonly TokenCandidate[],
    verdicts: readonly TokenVerdict[],
  ): TokenCheck {
    // The current credential is the first.
    const valid = checked.find((_, index) => verdicts[index]?.kind === 'valid');
    if (valid !== undefined) return admit(valid) ? ACCEPTED : refused(endedAt(valid.until));
    const unverifiable = verdicts.find(({ kind }) => kind === 'unverifiable');
    if (unverifiable?.kind === 'unverifiable') return unverifiable;
    const invalid = verdicts.find(({ kind }) => kind === 'invalid');
    return refused(invalid?.kind === 'invalid' ? invalid.why : WRONG_CREDENTIAL);
  }

  function refused(why: string): TokenCheck {
    return { kind: 'refused', why, challenge: challengeOf(INVALID_TOKEN) };
  }

  /** @param bearer the challenge of Bearer, where a token was shown. */
  function challengeOf(bearer: string): string {
    const accepted = all.filter(({ until }) => now() < until);
    const challenges = accepted.map(({ challenge }) =>
      challenge === CHALLENGES.oauth2 ? bearer : challenge,
    );
    return [...new Set(challenges)].join(', ');
  }

  update(credentials);
  return {
    accepts(header) {
      const found = find(header);
      return found !== undefined && admit(found);
    },
    checkToken,
    whyRefused(header) {
      const found = find(header);
      return found === undefined ? WRONG_CREDENTIAL : endedAt(found.until);
    },
    update,
    get challenge() {
      return challengeOf(CHALLENGES.oauth2);
    },
  };
}

const ACCEPTED: TokenCheck = { kind: 'accepted' };

const NOT_ONE_TOKEN = 'The Authorization header is not Bearer with one token.';

/** 0 is the end of what CREDENTIAL_PREVIOUS_TTL=0 never accepts. */
function endedAt(until: number): string {
  const since = until > 0 ? ` since ${new Date(until).toISOString()}` : '';
  return `The credential is the previous version, which is not accepted${since} (CREDENTIAL_PREVIOUS_TTL): give the identity server the current one.`;
}

function tokenCandidateOf(
  credential: OAuth2Credential & AcceptedCredential,
  verifierOf: AuthenticatorOptions['verifierOf'],
): TokenCandidate {
  if (verifierOf === undefined) throw new Error('Nothing verifies the tokens of OAuth2.');
  const { until = NEVER, scheme } = credential;
  return { until, challenge: CHALLENGES[scheme], verifier: verifierOf(credential) };
}

function candidateOf(credential: SharedSecret & AcceptedCredential): Candidate {
  const { until = NEVER, scheme } = credential;
  return { until, challenge: CHALLENGES[scheme], ...shownAs(credential) };
}

/** Where the caller shows a credential, and as what bytes. */
function shownAs(credential: SharedSecret): Omit<Candidate, 'until' | 'challenge'> {
  switch (credential.scheme) {
    case 'api-key':
      return { header: credential.header.toLowerCase(), ...bytesOf(credential.secret) };
    case 'bearer':
      return { header: 'authorization', scheme: 'bearer', ...bytesOf(credential.secret) };
    case 'basic': {
      // The encoded form is what is compared: decoders let several texts pass for the same bytes.
      const pair = `${credential.username}:${credential.secret}`;
      const expected = bytesOf(encode(pair.normalize('NFC')));
      const isAscii = Buffer.byteLength(pair) === pair.length;
      return { header: 'authorization', scheme: 'basic', ...expected, inNfc: !isAscii };
    }
  }
}

function encode(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The same credentials with composed characters. RFC 7617 (section 2.1) expects those of clients, but the
 * identity server sends what was typed, and some keyboards give an "é" as two characters.
 */
function composed(token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.toString('base64') !== token) return undefined;
  try {
    return encode(UTF_8.decode(bytes).normalize('NFC'));
  } catch {
    return undefined;
  }
}

function bytesOf(text: string): Pick<Candidate, 'expected' | 'shown'> {
  // Memory of their own, not a part of the pool from which other buffers are cut.
  const expected = Buffer.alloc(Buffer.byteLength(text));
  expected.write(text);
  return { expected, shown: Buffer.alloc(expected.length) };
}

/** What the caller shows to this candidate: a key, or the token of its scheme (RFC 9110: in any case). */
function presentedTo(candidate: Candidate, read: HeaderReader): string | undefined {
  const { header, scheme, inNfc = false } = candidate;
  const value = read(header);
  if (value === undefined || scheme === undefined) return value;
  const [, word, token] = AUTHORIZATION.exec(value) ?? [];
  if (word?.toLowerCase() !== scheme || token === undefined) return undefined;
  return inNfc ? composed(token) : token;
}
