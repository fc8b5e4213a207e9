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
/** Reported failures and changes. */
let reported: string[];
/** The next refresh and its delay. */
let scheduled: { run: () => Promise<void>; delay: number } | undefined;
let opened: IssuerKeys | undefined;

beforeAll(async () => {
  [rsa, next] = await Promise.all([signingKey('rsa'), signingKey('next')]);
});

beforeEach(async () => {
  issuer = await startIssuer([rsa]);
  clock = NOW_MS;
  reported = [];
  scheduled = undefined;
});

afterEach(async () => {
  opened?.stop();
  await issuer.stop();
});

const options = {
  now: () => clock,
  random: () => 0,
  schedule: (run: () => Promise<void>, delay: number) => {
    scheduled = { run, delay };
    return () => {
      scheduled = undefined;
    };
  },
  onFailed: ({ why }: { why: string }) => void reported.push(why.replaceAll(/:\d+/g, '')),
  onChanged: ({ keys }: { keys: number }) => void reported.push(`${keys} keys`),
};

async function open(source: Partial<KeySource> = {}): Promise<IssuerKeys> {
  opened = await openIssuerKeys({ issuer: issuer.issuer, ...source }, options);
  return opened;
}

/** Returns the kind of verdict on a token that a key has signed. */
async function verdictOn(keys: IssuerKeys, key: SigningKey, lifetime = 60): Promise<string> {
  const requirements = { issuer: issuer.issuer, audience: 'a' };
  const verifierOptions = { timeLimit: 30_000, now: () => clock };
  const exp = clock / 1000 + lifetime;
  const token = await sign(key, { iss: issuer.issuer, aud: 'a', exp });
  const verdict = await createTokenVerifier(requirements, keys, verifierOptions).verify(token);
  return verdict.kind;
}

/** Returns how often the key set was fetched. */
const fetches = () => issuer.requests.filter((path) => path === JWKS).length;

describe('the keys are found', () => {
  test('by OpenID Connect discovery', async () => {
    const keys = await open();

    expect(issuer.requests).toEqual([DISCOVERY, JWKS]);
    expect(await verdictOn(keys, rsa)).toBe('valid');
    expect(reported).toEqual(['1 keys']);
  });

  test('by RFC 8414 discovery', async () => {
    issuer.overrides.set(DISCOVERY, (_, response) => json(response, {}, 404));
    issuer.overrides.set(RFC_8414, (_, response) =>
      json(response, { issuer: issuer.issuer, jwks_uri: issuer.jwksUri }),
    );

    expect(await verdictOn(await open(), rsa)).toBe('valid');
    expect(issuer.requests).toEqual([DISCOVERY, RFC_8414, JWKS]);
  });

  test('by jwks_uri, without discovery', async () => {
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

describe('an unusable key set: the reason is reported without the response', () => {
  test.each<[string, Respond, why: string]>([
    ['an error', (_, response) => json(response, { secret: 'leak' }, 503), 'has the status 503'],
    ['a redirect', redirect, 'has the status 302'],
    ['a page', text('<html>leak</html>'), 'is not JSON'],
    ['an empty body', text(''), 'is not JSON'],
    ['a list', text('["leak"]'), 'is not a JSON object'],
    ['null', text('null'), 'is not a JSON object'],
    ['no keys', text('{"leak":1}'), 'has no list of keys'],
    ['keys that are an object', text('{"keys":{"leak":1}}'), 'has no list of keys'],
    ['no usable key', text('{"keys":[{"kty":"leak"}]}'), 'has no key that can verify a signature'],
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
      'a closed connection',
      (_, response) => void response.socket?.destroy(),
      'cannot be fetched (ECONNRESET)',
    ],
  ])('%s', async (_, respond, why) => {
    issuer.overrides.set(JWKS, respond);
    const keys = await open();

    expect(keys.current()).toBeUndefined();
    expect(reported).toEqual([`${JWKS_URL} ${why}`]);
    // A request on a reused connection that was dropped is sent again.
    expect([...new Set(issuer.requests)]).toEqual([DISCOVERY, JWKS]);
  });
});

describe('an unusable discovery document', () => {
  const document = (others: object) => (_: unknown, response: ServerResponse) =>
    json(response, { issuer: issuer.issuer, jwks_uri: issuer.jwksUri, ...others });

  test.each<[string, Respond, why: string]>([
    ['of another issuer', document({ issuer: 'https://other.example' }), 'is of another issuer'],
    ['without an issuer', document({ issuer: undefined }), 'is of another issuer'],
    ['without jwks_uri', document({ jwks_uri: undefined }), 'has no jwks_uri that is an https URL'],
    [
      'with a jwks_uri with http',
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
    ['that redirects', redirect, 'has the status 302'],
  ])('%s', async (_, respond, why) => {
    issuer.overrides.set(DISCOVERY, respond);
    const keys = await open();

    expect(keys.current()).toBeUndefined();
    expect(reported).toEqual([
      `${DISCOVERY_URL} ${why}, and http://127.0.0.1${RFC_8414} has the status 404`,
    ]);
    expect(fetches()).toBe(0);
  });
});

test('an attempt to load keys has a timeout', async () => {
  jest.useFakeTimers({
    advanceTimers: false,
    doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'],
  });
  try {
    const arrived = new Promise<void>((resolve) => issuer.overrides.set(JWKS, () => resolve()));
    const keys = startIssuerKeys({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }, options);
    opened = keys;
    await arrived;
    jest.advanceTimersByTime(5000);
    await keys.loading;
    expect(reported).toEqual([expect.stringMatching(/did not arrive (in time|within 5000 ms)/)]);
    expect(keys.current()).toBeUndefined();
  } finally {
    jest.useRealTimers();
  }
});

describe('during an outage of the issuer', () => {
  test('the service starts without keys, and loads them afterwards', async () => {
    await issuer.stop();
    const keys = await open();
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(scheduled?.delay).toBe(5000);

    await issuer.restart();
    await scheduled?.run();

    expect(await verdictOn(keys, rsa)).toBe('valid');
    expect(scheduled?.delay).toBe(5 * 60_000);
  });

  test('the last keys are used for 24 hours', async () => {
    const keys = await open();
    await issuer.stop();

    clock += 24 * HOUR_MS;
    await scheduled?.run();
    expect(scheduled?.delay).toBe(30_000);
    expect(await verdictOn(keys, rsa)).toBe('valid');

    clock += 1;
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
  });

  test('a token of an unknown key is unverifiable, and one of a known key is valid', async () => {
    const keys = await open();
    await issuer.stop();

    expect(await verdictOn(keys, next)).toBe('unverifiable');
    expect(await verdictOn(keys, next)).toBe('unverifiable');
    expect(await verdictOn(keys, rsa)).toBe('valid');
  });

  test('an expired token of an unknown key is invalid, because the next one may have a known key', async () => {
    const keys = await open();
    await issuer.stop();

    expect(await verdictOn(keys, next, -30)).toBe('invalid');
    expect(await verdictOn(keys, next, -29)).toBe('unverifiable');
  });
});

describe('when the issuer changes its keys', () => {
  test('a token of the new key is valid at once, and one of the withdrawn key is not', async () => {
    const keys = await open();
    expect(await verdictOn(keys, rsa)).toBe('valid');

    issuer.keys = [next.jwk];

    expect(await verdictOn(keys, next)).toBe('valid');
    expect(await verdictOn(keys, rsa)).toBe('invalid');
    expect(reported).toEqual(['1 keys', '1 keys']);
  });

  test('tokens of a withdrawn key are invalid after the next refresh', async () => {
    const keys = await open();
    const verifier = createTokenVerifier({ issuer: issuer.issuer, audience: 'a' }, keys, {
      timeLimit: 30_000,
      now: () => clock,
    });
    const token = await sign(rsa, { iss: issuer.issuer, aud: 'a', exp: clock / 1000 + 3600 });
    await verifier.verify(token);
    expect(verifier.verify(token)).toEqual({ kind: 'valid' });

    issuer.keys = [next.jwk];
    await scheduled?.run();

    expect(await verifier.verify(token)).toMatchObject({ kind: 'invalid' });
  });

  test('unchanged keys do not invalidate verified tokens', async () => {
    const keys = await open();
    const before = keys.current();
    await scheduled?.run();

    expect(fetches()).toBe(2);
    expect(keys.current()).toBe(before);
  });

  test('an invalid key set changes nothing', async () => {
    const keys = await open();
    issuer.overrides.set(JWKS, text('garbage'));
    await scheduled?.run();

    expect(await verdictOn(keys, rsa)).toBe('valid');
  });
});

describe('tokens of unknown keys', () => {
  test('cause one fetch of the keys in 30 seconds', async () => {
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

  test('cause a fetch without any keys, too', async () => {
    issuer.overrides.set(JWKS, text('garbage'));
    const keys = await open();

    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(await verdictOn(keys, rsa)).toBe('unverifiable');
    expect(fetches()).toBe(2);
  });

  test('cause a fetch after the clock was set back', async () => {
    const keys = await open();
    await verdictOn(keys, next);
    clock -= HOUR_MS;
    await verdictOn(keys, next);

    expect(fetches()).toBe(3);
  });
});

test('stop ends loading, and its failure is not reported', async () => {
  issuer.overrides.set(JWKS, () => undefined);
  const keys = startIssuerKeys({ issuer: issuer.issuer, jwks_uri: issuer.jwksUri }, options);
  keys.stop();
  await keys.loading;

  expect(scheduled).toBeUndefined();
  expect(reported).toEqual([]);
});
