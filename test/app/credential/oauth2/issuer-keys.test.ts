import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { jest } from '@jest/globals';
import {
  type IssuerKeys,
  type KeySource,
  openIssuerKeys,
  startIssuerKeys,
} from '../../../../app/src/credential/oauth2/issuer-keys.ts';
import { createTokenVerifier } from '../../../../app/src/credential/oauth2/token-verifier.ts';
import {
  DISCOVERY,
  type Issuer,
  JWKS,
  json,
  type Respond,
  RFC_8414,
  type SigningKey,
  sign,
  signingKey,
  startIssuer,
} from '../../../support/issuer.ts';

const HOUR_MS = 3600_000;
const NOW_MS = 1_800_000_000_000;

let rsa: SigningKey;
let next: SigningKey;
let issuer: Issuer;
let clock: number;
/** What was reported, as lines. */
let told: string[];
/** The next refresh, and in how long it is due. */
let planned: { run: () => Promise<void>; delay: number } | undefined;
let opened: IssuerKeys | undefined;

beforeAll(async () => {
  [rsa, next] = await Promise.all([signingKey('rsa'), signingKey('next')]);
});

beforeEach(async () => {
  issuer = await startIssuer([rsa]);
  clock = NOW_MS;
  told = [];
  planned = undefined;
});

afterEach(async () => {
  opened?.stop();
  await issuer.stop();
});

const options = {
  now: () => clock,
  random: () => 0,
  schedule: (run: () => Promise<void>, delay: number) => {
    planned = { run, delay };
    return () => {
      planned = undefined;
    };
  },
  onFailed: ({ why }: { why: string }) => void told.push(why.replaceAll(/:\d+/g, '')),
  onChanged: ({ keys }: { keys: number }) => void told.push(`${keys} keys`),
};

async function open(source: Partial<KeySource> = {}): Promise<IssuerKeys> {
  opened = await openIssuerKeys({ issuer: issuer.issuer, ...source }, options);
  return opened;
}

/** The kind of the verdict on a token that a key has signed. */
async function verdictOn(keys: IssuerKeys, key: SigningKey, lifetime = 60): Promise<string> {
  const requirements = { issuer: issuer.issuer, audience: 'a' };
  const limits = { timeLimit: 30_000, now: () => clock };
  const exp = clock / 1000 + lifetime;
  const token = await sign(key, { iss: issuer.issuer, aud: 'a', exp });
  const verdict = await createTokenVerifier(requirements, keys, limits).verify(token);
  return verdict.kind;
}

/** How often the key set was fetched. */
const fetches = () => issuer.requests.filter((path) => path === JWKS).length;

describe('where the keys come from', () => {
  test('by discovery, at the place of OpenID Connect', async () => {
    const keys = await open();

    expect(issuer.requests).toEqual([DISCOVERY, JWKS]);
    expect(await verdictOn(keys, rsa)).toBe('valid');
    expect(told).toEqual(['1 keys']);
  });

  test('by discovery, at the place of RFC 8414', async () => {
    issuer.instead.set(DISCOVERY, (_, response) => json(response, {}, 404));
    issuer.instead.set(RFC_8414, (_, response) =>
      json(response, { issuer: issuer.issuer, jwks_uri: issuer.jwksUri }),
    );

    expect(await verdictOn(await open(), rsa)).toBe('valid');
    expect(issuer.requests).toEqual([DISCOVERY, RFC_8414, JWKS]);
  });

  test('from jwks_uri, without discovery', async () => {
    expect(await verdictOn(await open({ jwks_uri: issuer.jwksUri }), rsa)).toBe('valid');
    expect(issuer.requests).toEqual([JWKS]);
  });
});

const redirect: Respond = (_, response) => {
  response.writeHead(302, { location: `${issuer.jwksUri}?moved` }).end();
};
const text =
  (body: string | Buffer, headers = {}) =>
  (_: unknown, response: ServerResponse) =>
    void response.writeHead(200, headers).end(body);
const JWKS_URL = `http://127.0.0.1${JWKS}`;
const DISCOVERY_URL = `http://127.0.0.1${DISCOVERY}`;

describe('a key set that cannot be used: the reason is reported, and nothing of the response', () => {
  test.each<[string, Respond, why: string]>([
    ['an error', (_, response) => json(response, { secret: 'leak' }, 503), 'has the status 503'],
    ['a redirect', redirect, 'has the status 302'],
    ['a page', text('<html>leak</html>'), 'is not JSON'],
    ['nothing', text(''), 'is not JSON'],
    ['a list', text('["leak"]'), 'is not a JSON object'],
    ['null', text('null'), 'is not a JSON object'],
    ['no keys', text('{"leak":1}'), 'has no list of keys'],
    ['keys that are an object', text('{"keys":{"leak":1}}'), 'has no list of keys'],
    ['no key of use', text('{"keys":[{"kty":"leak"}]}'), 'has no key that can verify a signature'],
    ['bytes that are not UTF-8', text(Buffer.from([0x22, 0xff, 0x22])), 'is not a JSON object'],
    [
      '65 KB',
      text(`{"leak":"${'x'.repeat(65_536)}"}`),
      'is larger than 65536 bytes, or cannot be decoded',
    ],
    [
      'a gzip bomb',
      text(gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' }),
      'is larger than 65536 bytes, or cannot be decoded',
    ],
    [
      'a connection that ends',
      (_, response) => void response.socket?.destroy(),
      'cannot be fetched (ECONNRESET)',
    ],
  ])('%s', async (_, respond, why) => {
    issuer.instead.set(JWKS, respond);
    const keys = await open();

    expect(keys.current()).toBeUndefined();
    expect(told).toEqual([`${JWKS_URL} ${why}`]);
    // A dropped connection may have been kept open, and is tried once more.
    expect([...new Set(issuer.requests)]).toEqual([DISCOVERY, JWKS]);
  });
});

describe('a discovery document that cannot be used', () => {
  const document = (others: object) => (_: unknown, response: ServerResponse) =>
    json(response, { issuer: issuer.issuer, jwks_uri: issuer.jwksUri, ...others });

  test.each<[string, Respond, why: string]>([
    ['of another issuer', document({ issuer: 'https://other.example' }), 'is of another issuer'],
    ['without an issuer', document({ issuer: undefined }), 'is of another issuer'],
    ['without jwks_uri', document({ jwks_uri: undefined }), 'has no jwks_uri that is an https URL'],
    [
      'with a jwks_uri of plain http',
      document({ jwks_uri: 'http://keys.example/' }),
      'has no jwks_uri that is an https URL',
    ],
    [
      'with a jwks_uri of a file',
      document({ jwks_uri: 'file:///etc/passwd' }),
      'has no jwks_uri that is an https URL',
    ],
    [
      'with a jwks_uri that has a user',
      document({ jwks_uri: 'https://u:p@keys.example/' }),
      'has no jwks_uri that is an https URL',
    ],
    ['that is elsewhere', redirect, 'has the status 302'],
  ])('%s', async (_, respond, why) => {
    issuer.instead.set(DISCOVERY, respond);
    const keys = await open();

    expect(keys.current()).toBeUndefined();
    expect(told).toEqual([
      `${DISCOVERY_URL} ${why}, and http://127.0.0.1${RFC_8414} has the status 404`,
    ]);
    expect(fetches()).toBe(0);
  });
});

test('an issuer that never answers ends the attempt at its time limit', async () => {
  jest.useFakeTimers({
    advanceTimers: false,
    doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'],
  });
  try {
    const arrived = new Promise<void>((resolve) => issuer.instead.set(JWKS, () => resolve()));
    const keys = startIssuerKeys({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }, options);
    opened = keys;
    await arrived;
    jest.advanceTimersByTime(5000);
    await keys.loading;
    expect(told).toEqual([expect.stringMatching(/did not arrive (in time|within 5000 ms)/)]);
    expect(keys.current()).toBeUndefined();
  } finally {
    jest.useRealTimers();
  }
});

describe('while the issuer is down', () => {
  test('the service starts without it, and has the keys once it is there', async () => {
    await issuer.stop();
    const keys = await open();
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(planned?.delay).toBe(5000);

    await issuer.restart();
    await planned?.run();

    expect(await verdictOn(keys, rsa)).toBe('valid');
    expect(planned?.delay).toBe(5 * 60_000);
  });

  test('the last keys are used for 24 hours', async () => {
    const keys = await open();
    await issuer.stop();

    clock += 24 * HOUR_MS;
    await planned?.run();
    expect(planned?.delay).toBe(30_000);
    expect(await verdictOn(keys, rsa)).toBe('valid');

    clock += 1;
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
  });

  test('a token of an unknown key cannot be judged, and one of a known key can', async () => {
    const keys = await open();
    await issuer.stop();

    expect(await verdictOn(keys, next)).toBe('unverifiable');
    expect(await verdictOn(keys, next)).toBe('unverifiable');
    expect(await verdictOn(keys, rsa)).toBe('valid');
  });

  test('a token of an unknown key that has expired is bad: its successor may have a known key', async () => {
    const keys = await open();
    await issuer.stop();

    expect(await verdictOn(keys, next, -30)).toBe('invalid');
    expect(await verdictOn(keys, next, -29)).toBe('unverifiable');
  });
});

describe('when the issuer changes its keys', () => {
  test('a token of the new key is accepted at once, and one of the withdrawn key no longer', async () => {
    const keys = await open();
    expect(await verdictOn(keys, rsa)).toBe('valid');

    issuer.keys = [next.jwk];

    expect(await verdictOn(keys, next)).toBe('valid');
    expect(await verdictOn(keys, rsa)).toBe('invalid');
    expect(told).toEqual(['1 keys', '1 keys']);
  });

  test('a withdrawn key ends with the next refresh, and with it what it has signed', async () => {
    const keys = await open();
    const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: 'a' }, keys, {
      timeLimit: 30_000,
      now: () => clock,
    });
    const token = await sign(rsa, { iss: issuer.issuer, aud: 'a', exp: clock / 1000 + 3600 });
    await verifier.verify(token);
    expect(verifier.verify(token)).toEqual({ kind: 'valid' });

    issuer.keys = [next.jwk];
    await planned?.run();

    expect(await verifier.verify(token)).toMatchObject({ kind: 'invalid' });
  });

  test('keys that stay as they are keep what was verified', async () => {
    const keys = await open();
    const before = keys.current();
    await planned?.run();

    expect(fetches()).toBe(2);
    expect(keys.current()).toBe(before);
  });

  test('a key set that cannot be read changes nothing', async () => {
    const keys = await open();
    issuer.instead.set(JWKS, text('garbage'));
    await planned?.run();

    expect(await verdictOn(keys, rsa)).toBe('valid');
  });
});

describe('tokens of unknown keys', () => {
  test('make the keys be fetched once in 30 seconds, however many there are', async () => {
    const keys = await open();
    expect(fetches()).toBe(1);

    const together = await Promise.all(Array.from({ length: 20 }, () => verdictOn(keys, next)));
    expect(new Set(together)).toEqual(new Set(['invalid']));
    expect(fetches()).toBe(2);
    clock += 29_999;
    await verdictOn(keys, next);
    expect(fetches()).toBe(2);

    clock += 1;
    await verdictOn(keys, next);
    expect(fetches()).toBe(3);
  });

  test('do so without any keys as well', async () => {
    issuer.instead.set(JWKS, text('garbage'));
    const keys = await open();

    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(fetches()).toBe(2);
  });

  test('do so after the clock was set back', async () => {
    const keys = await open();
    await verdictOn(keys, next);
    clock -= HOUR_MS;
    await verdictOn(keys, next);

    expect(fetches()).toBe(3);
  });
});

test('a stop ends the loading, and what fails through it is not reported', async () => {
  issuer.instead.set(JWKS, () => undefined);
  const keys = startIssuerKeys({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }, options);
  keys.stop();
  await keys.loading;

  expect(planned).toBeUndefined();
  expect(told).toEqual([]);
});
