import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { SharedSecret } from './credential.ts';

/** Reads one header of the request; the name is in lower case. */
export type HeaderReader = (name: string) => string | undefined;

/** Compares two arrays of the same length in constant time. */
export type Compare = (a: Uint8Array, b: Uint8Array) => boolean;

/** Compares headers with one shared secret. */
export interface SecretMatcher {
  matches(header: HeaderReader): boolean;
}

/** A scheme and one token. Does not match a list, or a value that a proxy has joined from two headers. */
export const AUTHORIZATION = /^([!-~]+) +([!-~]+)$/;

/** Compared in place of a header that is missing or has another scheme. Matches nothing. */
const NO_VALUE = randomBytes(32).toString('base64');

/**
 * Creates the matcher of a shared secret. It always compares the secret's whole length, however long the
 * presented value is, so that the time does not reveal how much of a guess is right.
 *
 * @param compare for tests that observe the comparisons.
 */
export function createSecretMatcher(
  credential: SharedSecret,
  compare: Compare = timingSafeEqual,
): SecretMatcher {
  const { header, scheme, isNfc, secret } = presentation(credential);
  // Own memory, instead of a slice of the pool that other buffers share.
  const expected = Buffer.alloc(Buffer.byteLength(secret));
  expected.write(secret);
  const presented = Buffer.alloc(expected.length);

  function read(readHeader: HeaderReader): string | undefined {
    const value = readHeader(header);
    if (value === undefined || scheme === undefined) return value;
    const [, presentedScheme, token] = AUTHORIZATION.exec(value) ?? [];
    // Schemes are case-insensitive (RFC 9110, section 11.1).
    if (presentedScheme?.toLowerCase() !== scheme || token === undefined) return undefined;
    return isNfc ? normalizeBasic(token) : token;
  }

  return {
    matches(readHeader) {
      const value = read(readHeader) ?? NO_VALUE;
      // Pads a value that is too short and truncates one that is too long; their length tells them apart.
      presented.fill(0);
      presented.write(value);
      const isEqual = compare(presented, expected);
      return Buffer.byteLength(value) === expected.length && isEqual;
    },
  };
}

interface Presentation {
  /** Header name in lower case. */
  readonly header: string;
  /** Scheme before the token in Authorization, in lower case; absent for an API key. */
  readonly scheme?: string;
  /** Whether the presented value must be normalized to NFC before it is compared. */
  readonly isNfc?: boolean;
  /** The expected header value or token. */
  readonly secret: string;
}

function presentation(credential: SharedSecret): Presentation {
  switch (credential.scheme) {
    case 'api-key':
      return { header: credential.header.toLowerCase(), secret: credential.secret };
    case 'bearer':
      return { header: 'authorization', scheme: 'bearer', secret: credential.secret };
    case 'basic': {
      // The encoded form is compared, because decoders accept several strings for the same bytes.
      const pair = `${credential.username}:${credential.secret}`;
      const isAscii = Buffer.byteLength(pair) === pair.length;
      const secret = encodeBasic(pair.normalize('NFC'));
      return { header: 'authorization', scheme: 'basic', isNfc: !isAscii, secret };
    }
  }
}

function encodeBasic(pair: string): string {
  return Buffer.from(pair, 'utf8').toString('base64');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Normalizes an encoded Basic credential to NFC. RFC 7617 (section 2.1) expects that of clients, but the identity
 * server sends what was typed, and some keyboards produce an "é" as two code points.
 */
function normalizeBasic(token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.toString('base64') !== token) return undefined;
  try {
    return encodeBasic(UTF_8.decode(bytes).normalize('NFC'));
  } catch {
    return undefined;
  }
}
