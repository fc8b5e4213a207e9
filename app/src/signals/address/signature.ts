import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The header that signs an address header has its name and this. */
export const SIGNATURE_SUFFIX = '-signature';

/** How far the signer's clock and ours may differ, and for how long a signature can be replayed. */
const MAX_CLOCK_SKEW_MS = 300_000;

/** During a rotation an edge may sign with two secrets; more than a few are an attempt to guess. */
const MAX_SIGNATURES = 8;

/** Longer than any line of headers that a server accepts by default. */
const MAX_VALUE_LENGTH = 8192;

/** Of a signature header: seconds, and signatures of 32 bytes in hexadecimal. */
const SIGNATURE = /^[ \t]*t=(\d{1,12})((?:,v1=[\da-fA-F]{64})+)[ \t]*$/;
const PREFIX_LENGTH = ',v1='.length;
const V1_LENGTH = PREFIX_LENGTH + 64;
const MAX_SIGNATURE_LENGTH = 64 + MAX_SIGNATURES * V1_LENGTH;

const MIN_SECRET_LENGTH = 16;

/** Checks that an address header was signed by the operator's edge. */
export interface AddressSignature {
  /** Whether `signature`, the only value of the signature header, signs this value as it was received. */
  verify(value: string, signature: string): boolean;
}

/** A key with which an edge may sign. */
export interface SignatureKey {
  readonly key: KeyObject;
  /** When it stops counting, in milliseconds since the epoch; absent for the current one. */
  readonly until?: number;
}

export interface AddressSignatureOptions {
  /** Returns the keys as of the last refresh of the secret. */
  readonly keys: () => readonly SignatureKey[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Receives the end of a key that is not the current one, and is still used. */
  readonly onPreviousUsed?: (until: number) => void;
}

/**
 * Creates the check of a signature `t=<unix seconds>,v1=<hex>`, where v1 is
 * HMAC-SHA256(secret, "<t>.<value>"). With several v1 it is enough that one of them fits. Every v1 is
 * compared with every key in constant time, so that the time does not reveal how much of a guess is right.
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
      let current = 0;
      let previousUntil: number | undefined;
      for (const { key, until } of keys()) {
        if (until !== undefined && at >= until) continue;
        const matches = countMatches(list, hmac(key, seconds, value));
        if (until === undefined) current += matches;
        else if (matches > 0) previousUntil = until;
      }
      if (current > 0) return true;
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

/** Signs the value of an address header, as the operator's edge does. */
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
 * @param where what the text is called in an error.
 * @throws Error, one sentence that repeats nothing of the text.
 */
export function parseSignatureSecret(text: string, where: string): KeyObject {
  const trimmed = text.trim();
  const secret = trimmed.startsWith('{') ? secretInside(trimmed, where) : trimmed;
  if (/\p{Cc}/u.test(secret)) {
    throw new Error(`${where} contains a control character: use text on one line.`);
  }
  if ([...secret].length < MIN_SECRET_LENGTH) {
    throw new Error(`${where} is too short: use ${MIN_SECRET_LENGTH} characters or more.`);
  }
  return createSecretKey(secret, 'utf8');
}

function secretInside(json: string, where: string): string {
  let fields: { readonly secret?: unknown };
  try {
    fields = JSON.parse(json);
  } catch {
    // The parser's own message quotes the text, and with it the secret.
    throw new Error(
      `${where} begins like JSON but is not valid: use the secret alone, or { "secret": … }.`,
    );
  }
  if (typeof fields.secret !== 'string' || Object.keys(fields).length !== 1) {
    throw new Error(`${where} must have one field, "secret", with a text.`);
  }
  return fields.secret;
}
