import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Suffix of the name of the header that carries the signature of an address header. */
export const SIGNATURE_SUFFIX = '-signature';

/** Maximum difference between the clocks of signer and service, and the time in which a signature can be replayed. */
const MAX_CLOCK_SKEW_MS = 300_000;

/** An edge may sign with two secrets during a rotation; many signatures are an attempt to guess. */
const MAX_SIGNATURES = 8;

/** Longer than any header that servers accept by default. */
const MAX_VALUE_LENGTH = 8192;

/** A signature header: seconds since the epoch, and hexadecimal signatures of 32 bytes. */
const SIGNATURE = /^[ \t]*t=(\d{1,12})((?:,v1=[\da-fA-F]{64})+)[ \t]*$/;
const PREFIX_LENGTH = ',v1='.length;
const V1_LENGTH = PREFIX_LENGTH + 64;
const MAX_SIGNATURE_LENGTH = 64 + MAX_SIGNATURES * V1_LENGTH;

const MIN_SECRET_LENGTH = 16;

/** Checks that an address header was signed by the operator's edge. */
export interface AddressSignature {
  /** Returns whether `signature`, the only value of the signature header, is valid for a value as received. */
  verify(value: string, signature: string): boolean;
}

/** A key with which an edge may sign. */
export interface SignatureKey {
  readonly key: KeyObject;
  /** When it stops being accepted, in milliseconds since the epoch; absent for the current key. */
  readonly until?: number;
}

export interface AddressSignatureOptions {
  /** Returns the keys as of the last successful refresh. */
  readonly keys: () => readonly SignatureKey[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called with each use of a previous key, with its expiry in milliseconds since the epoch. */
  readonly onPreviousUsed?: (until: number) => void;
}

/**
 * Creates a verifier of signatures `t=<unix seconds>,v1=<hex>`, where v1 is HMAC-SHA256(secret, "<t>.<value>").
 * Of several v1, one must match. Each is compared in constant time with every key, so that the time does not
 * reveal how much of a guess is right.
 */
export function createAddressSignature(options: AddressSignatureOptions): AddressSignature {
  const { keys, now, onPreviousUsed } = options;
  return {
    verify(value, signature) {
      if (value.length > MAX_VALUE_LENGTH || signature.length > MAX_SIGNATURE_LENGTH) return false;
      const [, seconds, list] = SIGNATURE.exec(signature) ?? [];
      if (seconds === undefined || list === undefined) return false;
      if (list.length > MAX_SIGNATURES * V1_LENGTH) return false;
      const at = now();
      if (!(Math.abs(at - Number(seconds) * 1000) <= MAX_CLOCK_SKEW_MS)) return false;
      let currentMatches = 0;
      let previousUntil: number | undefined;
      for (const { key, until } of keys()) {
        if (until !== undefined && at >= until) continue;
        const matches = countMatches(list, hmac(key, seconds, value));
        if (until === undefined) currentMatches += matches;
        else if (matches > 0) previousUntil = until;
      }
      if (currentMatches > 0) return true;
      if (previousUntil !== undefined) onPreviousUsed?.(previousUntil);
      return previousUntil !== undefined;
    },
  };
}

/** Compares each signature of a list `,v1=…,v1=…` with the expected one, in constant time. */
function countMatches(list: string, expected: Buffer): number {
  let matches = 0;
  for (let at = PREFIX_LENGTH; at < list.length; at += V1_LENGTH) {
    const given = Buffer.from(list.slice(at, at + V1_LENGTH - PREFIX_LENGTH), 'hex');
    matches += Number(timingSafeEqual(given, expected));
  }
  return matches;
}

/** Signs the value of an address header as an edge does. */
export function signAddress(key: KeyObject, value: string, now: number): string {
  const seconds = String(Math.floor(now / 1000));
  return `t=${seconds},v1=${hmac(key, seconds, value).toString('hex')}`;
}

function hmac(key: KeyObject, seconds: string, value: string): Buffer {
  return createHmac('sha256', key).update(`${seconds}.${value}`).digest();
}

/**
 * Parses the secret with which an edge signs addresses: plain text, or JSON with `secret`.
 *
 * @param label names the text in an error.
 * @throws Error with one sentence that does not repeat the text.
 */
export function parseSignatureSecret(text: string, label: string): KeyObject {
  const trimmed = text.trim();
  const secret = trimmed.startsWith('{') ? secretInside(trimmed, label) : trimmed;
  if (/\p{Cc}/u.test(secret)) {
    throw new Error(`${label} contains a control character: use text on one line.`);
  }
  if ([...secret].length < MIN_SECRET_LENGTH) {
    throw new Error(`${label} is too short: use ${MIN_SECRET_LENGTH} characters or more.`);
  }
  return createSecretKey(secret, 'utf8');
}

function secretInside(json: string, label: string): string {
  let fields: { readonly secret?: unknown };
  try {
    fields = JSON.parse(json);
  } catch {
    // The parser's message would quote the secret.
    throw new Error(
      `${label} begins like JSON but is not valid JSON: use the secret alone, or { "secret": … }.`,
    );
  }
  if (typeof fields.secret !== 'string' || Object.keys(fields).length !== 1) {
    throw new Error(`${label} must have one field, "secret", with a string.`);
  }
  return fields.secret;
}
