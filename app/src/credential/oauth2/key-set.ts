import { createLocalJWKSet, importJWK, type JWK, type JWTVerifyGetKey } from 'jose';
import { DocumentError } from './fetch-json.ts';

/** Algorithms of a token's signature: asymmetric ones only, since anybody can read the keys. */
export const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** The keys of an issuer, as far as they can verify a token. */
export interface KeySet {
  readonly size: number;
  /** Selects the key that a token's header refers to. */
  readonly select: JWTVerifyGetKey;
  /** Equal for equal keys. */
  readonly fingerprint: string;
}

/** An issuer has two or three keys. Without a `kid` in the token each of them may have to be tried. */
const MAX_KEYS = 32;

/** Shorter RSA keys can be broken (RFC 7518, section 3.3); longer ones take long to verify with. */
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** The fields that make up a public key, and an algorithm to try its import with. */
const KEY_TYPES: Readonly<Record<string, { readonly fields: readonly string[] }>> = {
  RSA: { fields: ['n', 'e'] },
  EC: { fields: ['crv', 'x', 'y'] },
  OKP: { fields: ['crv', 'x'] },
};

const CURVE_ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/**
 * Reads a JSON Web Key Set. Keys that cannot verify a signature are left out: those for encryption, secret
 * and private ones, unknown types, and broken ones.
 *
 * @throws DocumentError when no key is left, or when there are too many.
 */
export async function readKeySet(document: Readonly<Record<string, unknown>>): Promise<KeySet> {
  const { keys } = document;
  if (!Array.isArray(keys)) throw new DocumentError('has no list of keys');
  if (keys.length > MAX_KEYS) throw new DocumentError(`has more than ${MAX_KEYS} keys`);
  const read = await Promise.all(keys.map(readKey));
  const usable = read.filter((key) => key !== undefined);
  if (usable.length === 0) {
    throw new DocumentError('has no key with which a signature can be verified');
  }
  return {
    size: usable.length,
    select: createLocalJWKSet({ keys: usable }),
    fingerprint: JSON.stringify(usable),
  };
}

async function readKey(value: unknown): Promise<JWK | undefined> {
  if (typeof value !== 'object' || value === null) return undefined;
  const jwk = value as Readonly<Record<string, unknown>>;
  const type = KEY_TYPES[String(jwk.kty)];
  // A private key that was published proves nothing.
  if (type === undefined || Object.hasOwn(jwk, 'd')) return undefined;
  const { kid, alg, use, key_ops } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) {
    return undefined;
  }
  if (alg !== undefined && !ALGORITHMS.includes(String(alg))) return undefined;
  const names = ['kty', ...type.fields, 'kid', 'alg', 'use'];
  const key = Object.fromEntries(
    names.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])),
  ) as unknown as JWK;
  return (await isUsable(key)) ? key : undefined;
}

/** Whether the key can be imported at all, and has a safe size. */
async function isUsable(key: JWK): Promise<boolean> {
  const algorithm = key.kty === 'RSA' ? (key.alg ?? 'RS256') : CURVE_ALGORITHMS[String(key.crv)];
  if (algorithm === undefined) return false;
  try {
    const imported = await importJWK(key, algorithm);
    if (key.kty !== 'RSA' || imported instanceof Uint8Array) return key.kty !== 'RSA';
    const { modulusLength = 0 } = imported.algorithm as { modulusLength?: number };
    return modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS;
  } catch {
    return false;
  }
}
