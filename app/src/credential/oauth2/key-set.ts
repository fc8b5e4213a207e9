import { createLocalJWKSet, importJWK, type JWK, type JWTVerifyGetKey } from 'jose';
import { DocumentError } from './fetch-json.ts';

/** Allowed signature algorithms: asymmetric ones only, because the keys are public. */
export const ALGORITHMS: readonly string[] = [
  ...['RS256', 'RS384', 'RS512'],
  ...['PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512'],
  ...['EdDSA', 'Ed25519'],
];

/** The keys of an issuer that can verify a token. */
export interface KeySet {
  readonly size: number;
  /** Selects the key that a token's header refers to. */
  readonly select: JWTVerifyGetKey;
  /** Equal if and only if the keys are. */
  readonly fingerprint: string;
}

/** An issuer has two or three keys. For a token without `kid`, each of them may have to be tried. */
const MAX_KEYS = 32;

/** Shorter RSA keys are not secure (RFC 7518, section 3.3); longer ones are slow. */
const MIN_RSA_BITS = 2048;
const MAX_RSA_BITS = 8192;

/** Fields of a public key by its type. */
const KEY_FIELDS: Readonly<Record<string, readonly string[]>> = {
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** An algorithm of each curve, to import a key with. */
const CURVE_ALGORITHMS: Readonly<Record<string, string>> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/**
 * Reads a JSON Web Key Set. Skips keys that cannot verify a signature: those for encryption, symmetric and
 * private keys, unknown types, and invalid keys.
 *
 * @throws DocumentError if there is no usable key, or if there are too many keys.
 */
export async function readKeySet(document: Readonly<Record<string, unknown>>): Promise<KeySet> {
  const { keys } = document;
  if (!Array.isArray(keys)) throw new DocumentError('has no list of keys');
  if (keys.length > MAX_KEYS) throw new DocumentError(`has more than ${MAX_KEYS} keys`);
  const read = await Promise.all(keys.map(readKey));
  const usable = read.filter((key) => key !== undefined);
  if (usable.length === 0) {
    throw new DocumentError('has no key that can verify a signature');
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
  const fields = KEY_FIELDS[String(jwk.kty)];
  // Anybody can sign with a published private key.
  if (fields === undefined || Object.hasOwn(jwk, 'd')) return undefined;
  const { kid, alg, use, key_ops } = jwk;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  if (use !== undefined && use !== 'sig') return undefined;
  if (key_ops !== undefined && !(Array.isArray(key_ops) && key_ops.includes('verify'))) {
    return undefined;
  }
  if (alg !== undefined && !ALGORITHMS.includes(String(alg))) return undefined;
  const names = ['kty', ...fields, 'kid', 'alg', 'use'];
  const key = Object.fromEntries(
    names.flatMap((name) => (jwk[name] === undefined ? [] : [[name, jwk[name]]])),
  ) as unknown as JWK;
  return (await isUsable(key)) ? key : undefined;
}

/** Returns whether the key can be imported, and has a secure size. */
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
