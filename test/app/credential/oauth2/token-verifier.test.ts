import { createHmac, createPublicKey, type JsonWebKey } from 'node:crypto';
import { CompactEncrypt, type JWK, type JWTPayload } from 'jose';
import {
  type IssuerKeys,
  openIssuerKeys,
} from '../../../../app/src/credential/oauth2/issuer-keys.ts';
import type { TokenRequirements } from '../../../../app/src/credential/oauth2/token-flaws.ts';
import {
  createTokenVerifier,
  type TokenVerdict,
} from '../../../../app/src/credential/oauth2/token-verifier.ts';
import {
  type Issuer,
  type SigningKey,
  sign,
  signingKey,
  startIssuer,
} from '../../../support/issuer.ts';

/** Far longer than any verification takes. */
const TIME_LIMIT_MS = 30_000;
const NOW_S = 1_800_000_000;
const AUDIENCE = 'risk-gate';
const CLIENT = 'the-client';

let issuer: Issuer;
let keys: IssuerKeys;
let rsa: SigningKey;
let other: SigningKey;
let clock: number;

beforeAll(async () => {
  rsa = await signingKey('rsa');
  other = await signingKey('other');
  issuer = await startIssuer([rsa]);
  keys = await openIssuerKeys(issuer, { now: () => NOW_S * 1000 });
});

beforeEach(() => {
  clock = NOW_S * 1000;
});

afterAll(async () => {
  keys.stop();
  await issuer.stop();
});

/** Returns the claims of a valid token with changes. `undefined` removes a claim. */
const claims = (others: Record<string, unknown> = {}) =>
  ({
    iss: issuer.issuer,
    aud: AUDIENCE,
    exp: NOW_S + 600,
    nbf: NOW_S,
    client_id: CLIENT,
    azp: CLIENT,
    ...others,
  }) as JWTPayload;

function check(
  token: string,
  requirements: Partial<TokenRequirements> = {},
  from: IssuerKeys = keys,
): TokenVerdict | Promise<TokenVerdict> {
  return createTokenVerifier({ issuer: issuer.issuer, audience: AUDIENCE, ...requirements }, from, {
    timeLimit: TIME_LIMIT_MS,
    now: () => clock,
  }).verify(token);
}

const VALID = { kind: 'valid' };
const invalid = (flaw: string) => ({ kind: 'invalid', why: `The access token ${flaw}.` });
const base64 = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

describe('claims', () => {
  test.each<[string, Record<string, unknown>, flaw?: string]>([
    ['of a valid token', {}],
    ['the audience in a list', { aud: ['another', AUDIENCE] }],
    ['another audience', { aud: 'another' }, 'is for another audience'],
    ['an audience that begins with ours', { aud: `${AUDIENCE}-2` }, 'is for another audience'],
    ['other audiences', { aud: ['one', 'two'] }, 'is for another audience'],
    ['no audience in the list', { aud: [] }, 'is for another audience'],
    ['no audience', { aud: undefined }, 'has no aud'],
    ['another issuer', { iss: 'https://issuer.example' }, 'is of another issuer'],
    ['the issuer with a trailing slash', { iss: '/' }, 'is of another issuer'],
    ['no issuer', { iss: undefined }, 'is of another issuer'],
    ['no expiry', { exp: undefined }, 'has no exp'],
    ['an expiry that is a string', { exp: String(NOW_S + 600) }, 'has an invalid exp'],
    ['an expiry that is null', { exp: null }, 'has an invalid exp'],
    ['expired', { exp: NOW_S - 60 }, 'has expired'],
    ['expired within the tolerance', { exp: NOW_S - 29 }],
    ['expired at the tolerance', { exp: NOW_S - 30 }, 'has expired'],
    ['not valid yet', { nbf: NOW_S + 60 }, 'is not valid yet'],
    ['not valid yet, within the tolerance', { nbf: NOW_S + 30 }],
    ['a start that is a string', { nbf: 'now' }, 'has an invalid nbf'],
    ['no start', { nbf: undefined }],
    ['a nonce', { nonce: 'n' }, 'is an ID token'],
    ['the hash of another token', { at_hash: 'h' }, 'is an ID token'],
    ['the use of an ID token', { token_use: 'id' }, 'is an ID token'],
    ['a key of the client', { cnf: { jkt: 'x' } }, 'is bound to a key of its client'],
  ])('%s', async (...[, others, flaw]) => {
    const token = await sign(rsa, claims(others));

    expect(await check(token)).toEqual(flaw === undefined ? VALID : invalid(flaw));
  });

  test.each<[string, Partial<TokenRequirements>, Record<string, unknown>, flaw?: string]>([
    ['the client', { client_id: CLIENT }, {}],
    ['the client by azp alone', { client_id: CLIENT }, { client_id: undefined }],
    ['another client', { client_id: CLIENT }, { client_id: 'x' }, 'is of another client'],
    ['client_id before azp', { client_id: 'x' }, { client_id: 'x' }],
    [
      'another azp',
      { client_id: CLIENT },
      { client_id: undefined, azp: 'x' },
      'is of another client',
    ],
    ['an azp in a list', { client_id: CLIENT }, { client_id: [CLIENT] }, 'is of another client'],
    [
      'no client',
      { client_id: CLIENT },
      { client_id: undefined, azp: undefined },
      'is of another client',
    ],
    ['the scope', { scope: 'gate' }, { scope: 'gate' }],
    ['the scope among others', { scope: 'gate' }, { scope: 'openid gate more' }],
    ['the scope in a list', { scope: 'gate' }, { scope: ['openid', 'gate'] }],
    ['two scopes', { scope: 'gate more' }, { scope: 'more gate' }],
    ['one of two scopes', { scope: 'gate more' }, { scope: 'gate' }, 'lacks the scope'],
    ['a scope that contains it', { scope: 'gate' }, { scope: 'gate2 agate' }, 'lacks the scope'],
    ['no scope', { scope: 'gate' }, {}, 'lacks the scope'],
    ['an object as scope', { scope: 'gate' }, { scope: { gate: true } }, 'lacks the scope'],
    ['a scope that is not required', {}, { scope: 'anything' }],
  ])('required is %s', async (...[, requirements, others, flaw]) => {
    const token = await sign(rsa, claims(others));

    expect(await check(token, requirements)).toEqual(flaw === undefined ? VALID : invalid(flaw));
  });
});

describe('headers', () => {
  test.each<[string, Record<string, unknown>, flaw?: string]>([
    ['typ JWT', { typ: 'JWT' }],
    ['typ at+jwt in capitals', { typ: 'AT+JWT' }],
    ['typ application/at+jwt', { typ: 'application/at+jwt' }],
    ['no typ', { typ: undefined }],
    ['typ of a logout token', { typ: 'logout+jwt' }, 'has a typ that is not of an access token'],
    ['typ of a proof', { typ: 'dpop+jwt' }, 'has a typ that is not of an access token'],
    ['typ that is a number', { typ: 1 }, 'has a typ that is not of an access token'],
    ['a kid that is an object', { kid: {} }, 'has a kid that is not a string'],
    ['an unknown critical extension', { crit: ['x'], x: 1 }, 'is not a signed JWT'],
    ['an unencoded payload', { crit: ['b64'], b64: false }, 'is not a signed JWT'],
  ])('%s', async (...[, header, flaw]) => {
    const { jwk, alg } = rsa;
    const token = await rawToken({ alg, kid: jwk.kid, typ: 'at+jwt', ...header }, rsa);

    expect(await check(token)).toEqual(flaw === undefined ? VALID : invalid(flaw));
  });

  test.each<[string, () => Record<string, unknown>]>([
    ['jwk', () => ({ jwk: other.jwk })],
    ['jku', () => ({ jku: `${issuer.issuer}/keys-of-the-attacker` })],
    ['x5u', () => ({ x5u: `${issuer.issuer}/keys-of-the-attacker` })],
    ['x5c', () => ({ x5c: ['MIIB'] })],
  ])('a key in the header of the token is ignored: %s', async (_, header) => {
    const requests = issuer.requests.length;
    const token = await rawToken({ alg: 'RS256', kid: 'rsa', ...header() }, other);

    expect(await check(token)).toEqual(invalid('has a wrong signature'));
    expect(issuer.requests).toHaveLength(requests);
  });
});

/** Creates a token with exactly this header and valid claims. */
async function rawToken(header: object, { privateKey }: SigningKey): Promise<string> {
  const input = `${base64(header)}.${base64(claims())}`;
  const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Buffer.from(input));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}

describe('forged tokens', () => {
  const header = (alg: string) => base64({ alg, kid: 'rsa', typ: 'at+jwt' });
  const pem = () =>
    createPublicKey({ key: rsa.jwk as JsonWebKey, format: 'jwk' }).export({
      type: 'spki',
      format: 'pem',
    });
  const hmac = (key: string | Buffer) => {
    const input = `${header('HS256')}.${base64(claims())}`;
    return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
  };
  const ALGORITHM = 'has an algorithm that is not allowed';
  const NOT_A_JWT = 'is not a signed JWT';
  const SIGNATURE = 'has a wrong signature';

  test.each<[string, () => string | Promise<string>, string]>([
    ['alg none without a signature', () => `${header('none')}.${base64(claims())}.`, NOT_A_JWT],
    ['alg none with a signature', () => `${header('none')}.${base64(claims())}.AAAA`, ALGORITHM],
    ['alg None', () => `${header('None')}.${base64(claims())}.AAAA`, ALGORITHM],
    ['HS256 with the public key as PEM', () => hmac(pem()), ALGORITHM],
    ['HS256 with the modulus', () => hmac(Buffer.from(rsa.jwk.n ?? '', 'base64url')), ALGORITHM],
    ['no alg', () => `${base64({ kid: 'rsa' })}.${base64(claims())}.AAAA`, ALGORITHM],
    [
      'signed by another key under this kid',
      () => sign(other, claims(), { kid: 'rsa' }),
      SIGNATURE,
    ],
    [
      'PS256 over a signature of RS256',
      async () => withHeader(await validToken(), 'PS256'),
      'is signed with a key that its issuer does not publish',
    ],
    [
      'other claims',
      async () => withPart(await validToken(), 1, base64(claims({ scope: 'x' }))),
      SIGNATURE,
    ],
    ['an empty signature', async () => withPart(await validToken(), 2, ''), NOT_A_JWT],
    ['four parts', async () => `${await validToken()}.AAAA`, NOT_A_JWT],
    ['an encrypted token', encrypted, NOT_A_JWT],
    [
      'a token within a token',
      async () => sign(rsa, {}).then((inner) => withPart(inner, 1, base64(inner))),
      NOT_A_JWT,
    ],
    [
      'claims that are a list',
      async () => withPart(await validToken(), 1, base64('[]')),
      NOT_A_JWT,
    ],
    ['an opaque token', () => 'opaque-0123456789abcdef', NOT_A_JWT],
    ['two dots', () => '..', NOT_A_JWT],
    ['characters outside base64url', async () => `${await validToken()}=`, NOT_A_JWT],
    ['a megabyte', () => 'x'.repeat(1024 * 1024), 'is too long'],
    [
      'a valid token that is too long',
      async () => sign(rsa, claims({ more: 'x'.repeat(8192) })),
      'is too long',
    ],
  ])('%s', async (_, makeToken, flaw) => {
    expect(await check(await makeToken())).toEqual(invalid(flaw));
  });

  const validToken = () => sign(rsa, claims());
  const withPart = (token: string, at: number, part: string) =>
    token.split('.').with(at, part).join('.');
  const withHeader = (token: string, alg: string) => withPart(token, 0, header(alg));

  async function encrypted(): Promise<string> {
    return new CompactEncrypt(Buffer.from(await validToken()))
      .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
      .encrypt(Buffer.alloc(32));
  }

  test('a signature with any flipped bit is rejected', async () => {
    const token = await validToken();
    const [, , signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const verdicts = new Set<string>();
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      verdicts.add(JSON.stringify(await check(withPart(token, 2, flipped.toString('base64url')))));
    }
    expect([...verdicts]).toEqual([JSON.stringify(invalid(SIGNATURE))]);
  });
});

describe('keys of the issuer', () => {
  /** Verifies a token with an issuer that publishes these keys. */
  async function verdictWith(published: readonly unknown[], token: string): Promise<TokenVerdict> {
    const own = await startIssuer();
    own.keys = published as JWK[];
    const from = await openIssuerKeys({ issuer: issuer.issuer, jwks_uri: own.jwksUri });
    const verdict = await check(token, {}, from);
    from.stop();
    await own.stop();
    return verdict;
  }

  test.each(['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'a token signed with %s is valid',
    async (alg) => {
      const key = await signingKey('k', alg);

      expect(await verdictWith([other.jwk, key.jwk], await sign(key, claims()))).toEqual(VALID);
    },
  );

  const UNPUBLISHED = invalid('is signed with a key that its issuer does not publish');
  const NO_KEYS = {
    kind: 'unverifiable',
    why: 'The keys of the access token issuer have not been loaded.',
  };

  test.each<[string, () => readonly unknown[], header: object, expected: object]>([
    ['no kid, and one key', () => [rsa.jwk], { kid: undefined }, VALID],
    ['no kid, and several keys', () => [other.jwk, rsa.jwk], { kid: undefined }, VALID],
    [
      'no kid, and other keys',
      () => [other.jwk, { ...other.jwk, kid: 'b' }],
      { kid: undefined },
      invalid('has a wrong signature'),
    ],
    ['a kid, and keys without', () => [{ ...rsa.jwk, kid: undefined }], {}, UNPUBLISHED],
    ['two keys of one kid', () => [{ ...other.jwk, kid: 'rsa' }, rsa.jwk], {}, VALID],
    ['a key without alg', () => [{ ...rsa.jwk, alg: undefined }], {}, VALID],
    ['a key for another algorithm', () => [{ ...rsa.jwk, alg: 'RS512' }], {}, UNPUBLISHED],
    ['a key for encryption', () => [other.jwk, { ...rsa.jwk, use: 'enc' }], {}, UNPUBLISHED],
    [
      'a key for other operations',
      () => [other.jwk, { ...rsa.jwk, key_ops: ['encrypt'] }],
      {},
      UNPUBLISHED,
    ],
    [
      'a key among invalid ones',
      () => [null, 1, {}, { kty: 'RSA' }, { ...rsa.jwk, n: 'AQAB' }, rsa.jwk],
      {},
      VALID,
    ],
    [
      'a key of another type',
      () => [other.jwk, { kty: 'oct', k: 'c2VjcmV0', kid: 'rsa' }],
      {},
      UNPUBLISHED,
    ],
    ['a symmetric key only', () => [{ kty: 'oct', k: 'c2VjcmV0', kid: 'rsa' }], {}, NO_KEYS],
    ['a key with its private part', () => [{ ...rsa.jwk, d: 'AQAB' }], {}, NO_KEYS],
    ['an RSA key of 1024 bits', () => [weak()], {}, NO_KEYS],
    ['no keys', () => [], {}, NO_KEYS],
    ['33 keys', () => Array.from({ length: 33 }, () => rsa.jwk), {}, NO_KEYS],
  ])('%s', async (_, published, header, expected) => {
    const token = await sign(rsa, claims(), header);

    expect(await verdictWith(published(), token)).toEqual(expected);
  });

  const weak = () => ({ ...rsa.jwk, n: Buffer.alloc(128, 0xff).toString('base64url') });
});

describe('a token that was verified', () => {
  const verifier = () =>
    createTokenVerifier({ issuer: issuer.issuer, audience: AUDIENCE }, keys, {
      timeLimit: TIME_LIMIT_MS,
      now: () => clock,
    });

  test('is valid synchronously until it expires', async () => {
    const { verify } = verifier();
    const token = await sign(rsa, claims());

    expect(verify(token)).toBeInstanceOf(Promise);
    await verify(token);
    expect(verify(token)).toEqual(VALID);
    clock += 629_000;
    expect(verify(token)).toEqual(VALID);
    clock += 1000;
    expect(await verify(token)).toEqual(invalid('has expired'));
  });

  test('does not make another token valid', async () => {
    const { verify } = verifier();
    const token = await sign(rsa, claims());
    await verify(token);

    const verdict = verify(`${token.slice(0, -8)}AAAAAAAA`);
    expect(verdict).toBeInstanceOf(Promise);
    expect(await verdict).toEqual(invalid('has a wrong signature'));
  });

  test('is verified again if it was invalid', async () => {
    const { verify } = verifier();
    const early = await sign(rsa, claims({ nbf: NOW_S + 300 }));

    expect(await verify(early)).toEqual(invalid('is not valid yet'));
    clock += 300_000;
    expect(await verify(early)).toEqual(VALID);
  });
});
