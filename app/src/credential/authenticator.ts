import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Credential } from './credential.ts';

/** Reads one header of the request; the name comes in lower case. */
export type HeaderReader = (name: string) => string | undefined;

export interface Authenticator {
  /** Whether the headers hold one of the accepted credentials. */
  accepts(header: HeaderReader): boolean;
  /** Replaces the accepted credentials, for the next request on. @throws Error when there are none. */
  update(credentials: readonly Credential[]): void;
  /** The value of WWW-Authenticate, which a 401 must have (RFC 9110, section 15.5.2). */
  readonly challenge: string;
}

/** Compares as many bytes with as many, in constant time. */
export type Compare = (a: Uint8Array, b: Uint8Array) => boolean;

interface Candidate {
  readonly header: string;
  /** The word before the token in Authorization, in lower case; none for an API key. */
  readonly scheme?: string;
  /** What is to be shown, as UTF-8. */
  readonly expected: Buffer;
  /** Room for as much of what a caller shows. */
  readonly shown: Buffer;
}

/** A scheme and one token; a list, or a value that a proxy has joined from two headers, does not fit. */
const AUTHORIZATION = /^([!-~]+) +([!-~]+)$/;

const REALM = 'realm="risk-gate"';

/** HTTP has no registered scheme for API keys; a challenge may have a name of one's own. */
const CHALLENGES: Record<Credential['scheme'], string> = {
  'api-key': `ApiKey ${REALM}`,
  bearer: `Bearer ${REALM}`,
  basic: `Basic ${REALM}, charset="UTF-8"`,
};

/** Stands in for a header that is missing or of another scheme: it is compared too, and fits nothing. */
const NOTHING = randomBytes(32).toString('base64');

/**
 * Checks the caller's credential. Every accepted credential is compared on every call, over its whole
 * length however long a guess is, so that neither the time nor the number of comparisons tells how much
 * of the guess was right. A long credential takes longer than a short one, whatever is shown.
 *
 * @param compare for a test that watches the comparisons.
 */
export function createAuthenticator(
  credentials: readonly Credential[],
  compare: Compare = timingSafeEqual,
): Authenticator {
  let candidates: readonly Candidate[] = [];
  let challenge = '';

  function update(accepted: readonly Credential[]): void {
    if (accepted.length === 0) {
      throw new Error('The service needs at least one credential of its caller.');
    }
    candidates = accepted.map(candidateOf);
    challenge = [...new Set(accepted.map(({ scheme }) => CHALLENGES[scheme]))].join(', ');
  }

  function accepts(header: HeaderReader): boolean {
    let matches = 0;
    for (const candidate of candidates) {
      const presented = presentedTo(candidate, header) ?? NOTHING;
      matches += Number(isEqual(presented, candidate));
    }
    return matches > 0;
  }

  function isEqual(presented: string, { expected, shown }: Candidate): boolean {
    // What is too short is filled up, and what is too long cut off; its length then tells them apart.
    shown.fill(0);
    shown.write(presented);
    const matches = compare(shown, expected);
    return Buffer.byteLength(presented) === expected.length && matches;
  }

  update(credentials);
  return {
    accepts,
    update,
    get challenge() {
      return challenge;
    },
  };
}

function candidateOf(credential: Credential): Candidate {
  switch (credential.scheme) {
    case 'api-key':
      return { header: credential.header.toLowerCase(), ...bytesOf(credential.secret) };
    case 'bearer':
      return { header: 'authorization', scheme: 'bearer', ...bytesOf(credential.secret) };
    case 'basic': {
      // The encoded form is what is compared: decoders let several texts pass for the same bytes.
      const pair = Buffer.from(`${credential.username}:${credential.secret}`, 'utf8');
      return { header: 'authorization', scheme: 'basic', ...bytesOf(pair.toString('base64')) };
    }
  }
}

function bytesOf(text: string): Pick<Candidate, 'expected' | 'shown'> {
  // Memory of their own, not a part of the pool from which other buffers are cut.
  const expected = Buffer.alloc(Buffer.byteLength(text));
  expected.write(text);
  return { expected, shown: Buffer.alloc(expected.length) };
}

/** What the caller shows to this candidate: a key, or the token of its scheme (RFC 9110: in any case). */
function presentedTo({ header, scheme }: Candidate, read: HeaderReader): string | undefined {
  const value = read(header);
  if (value === undefined || scheme === undefined) return value;
  const [, word, token] = AUTHORIZATION.exec(value) ?? [];
  return word?.toLowerCase() === scheme ? token : undefined;
}
