import { ACTION_PATH } from '../../../../app/src/http/paths.ts';
import { startHttpProxy } from '../../../support/http-proxy.ts';
import {
  DISCOVERY,
  type Issuer,
  JWKS,
  type SigningKey,
  sign,
  signingKey,
  startIssuer,
} from '../../../support/issuer.ts';
import { payload } from '../../../support/payloads.ts';
import { exchange, statusesOf } from '../../../support/raw-http.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';

const NOW_S = 1_800_000_000;
const BODY = payload('01');
const POLICY = `
version: 1
rules: [{ id: never, when: 'request.grant == "x"', then: { deny: Access is denied. } }]
unknown: {}
`;

let issuer: Issuer;
let rsa: SigningKey;
let other: SigningKey;
let clock: number;
let service: RunningService;
let stopService: () => Promise<void>;

beforeAll(async () => {
  [rsa, other] = await Promise.all([signingKey('rsa'), signingKey('other')]);
});

beforeEach(async () => {
  clock = NOW_S * 1000;
  issuer = await startIssuer([rsa]);
});

afterEach(async () => {
  await stopService();
  await issuer.stop();
});

async function start(others: object = {}, settings: Record<string, string> = {}): Promise<void> {
  const credential = { scheme: 'oauth2', issuer: issuer.issuer, audience: 'gate', ...others };
  service = await startTestService({
    policy: POLICY,
    settings: { ACTION_CREDENTIAL: JSON.stringify(credential), ...settings },
    now: () => clock,
  });
  let stopped: Promise<void> | undefined;
  stopService = () => {
    stopped ??= service.stop();
    return stopped;
  };
}

const token = (others: object = {}, key = rsa) =>
  sign(key, { iss: issuer.issuer, aud: 'gate', exp: NOW_S + 600, ...others });

const post = (bearer: string) => service.post(BODY, { authorization: `Bearer ${bearer}` });

/** Calls the action with a token, and returns status, body and challenge. */
async function respond(bearer: string) {
  const response = await post(bearer);
  return {
    status: response.status,
    body: await response.json(),
    challenge: response.headers.get('www-authenticate'),
  };
}

const ISSUED = { status: 200, body: { actionStatus: 'SUCCESS' }, challenge: null };
const REFUSED = {
  status: 401,
  body: {
    actionStatus: 'ERROR',
    errorMessage: 'unauthorized',
    errorDescription: 'The credential is missing or wrong.',
  },
  challenge: 'Bearer realm="risk-gate", error="invalid_token"',
};
const UNVERIFIABLE = {
  status: 500,
  body: {
    actionStatus: 'ERROR',
    errorMessage: 'temporarily_unavailable',
    errorDescription: 'The access token cannot be verified at the moment.',
  },
  challenge: null,
};

const logged = (event: string) =>
  service.lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);

/** Returns the sum of a metric's values until the service stopped. */
function counted(name: string): number {
  return logged('metrics').reduce((sum, line) => sum + (line[name] ?? 0), 0);
}

test.each<[string, others: object, expected: object, why?: string]>([
  ['a valid token', {}, ISSUED],
  ['another audience', { aud: 'x' }, REFUSED, 'The access token is for another audience.'],
  ['an expired token', { exp: NOW_S - 60 }, REFUSED, 'The access token has expired.'],
  ['no expiry', { exp: undefined }, REFUSED, 'The access token has no exp.'],
  ['another client', { client_id: 'x' }, REFUSED, 'The access token is of another client.'],
  ['no scope', { scope: '' }, REFUSED, 'The access token lacks the scope.'],
])('responds to %s', async (...[, others, expected, why]) => {
  await start({ client_id: 'c', scope: 'call' });
  const bearer = await token({ client_id: 'c', scope: 'call', ...others });

  expect(await respond(bearer)).toEqual(expected);
  // The response does not depend on an earlier verification.
  expect(await respond(bearer)).toEqual(expected);
  expect(logged('rejected').map((line) => line.why)[0]).toBe(why);
  expect(service.lines.join()).not.toContain(bearer.slice(-40));
});

test('without a token the challenge has no error, and two headers are rejected', async () => {
  await start();
  const bearer = await token();

  const response = await service.post(BODY, {});
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer realm="risk-gate"');

  const lines = Array(2).fill(`Authorization: Bearer ${bearer}`);
  const head = [
    `POST ${ACTION_PATH} HTTP/1.1`,
    'Host: gate',
    ...lines,
    'Content-Length: 2',
    'Connection: close',
  ];
  const port = Number(new URL(service.origin).port);
  const read = await exchange(port, [`${head.join('\r\n')}\r\n\r\n{}`]);
  expect(statusesOf(read)).toEqual([401]);
  expect(read).toContain('error="invalid_token"');
});

describe('without keys', () => {
  test.each<[string, () => Promise<string> | string]>([
    ['a valid token', token],
    ['a token of an unknown key', () => token({}, other)],
    ['an expired token', () => token({ exp: NOW_S - 60 })],
    ['a token of another issuer', () => token({ iss: 'https://other.example' })],
    ['a token that is not a JWT', () => 'opaque-0123456789abcdef'],
  ])('%s gets a 500, not a 401', async (_, makeToken) => {
    await issuer.stop();
    await start();

    expect(await respond(await makeToken())).toEqual(UNVERIFIABLE);

    await stopService();
    expect(counted('UnverifiableTokens')).toBe(1);
    expect(counted('IssuerKeyFailures')).toBeGreaterThan(0);
    expect(counted('IssuerKeysMissing')).toBe(1);
    expect(counted('InternalErrors') + counted('AuthenticationFailures')).toBe(0);
    // One line at once; the stop of the service writes the attempts that were suppressed since.
    const lines = logged('issuer-keys-failed') as { count: number }[];
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(counted('IssuerKeyFailures'));
    for (const line of lines) {
      expect(line).toMatchObject({
        issuer: issuer.issuer,
        why: expect.stringMatching(/ECONNREFUSED/),
      });
    }
  });

  test('the service recovers when the issuer is available', async () => {
    await issuer.stop();
    await start();
    await issuer.restart();

    expect(await respond(await token())).toEqual(ISSUED);
  });
});

test('the issuer is reached through the proxy', async () => {
  const proxy = await startHttpProxy(Number(new URL(issuer.issuer).port));
  await start({}, { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` });

  expect(await respond(await token())).toEqual(ISSUED);
  expect(proxy.requests.map(({ target }) => new URL(target).pathname)).toEqual([DISCOVERY, JWKS]);
  await proxy.close();
});

test('with keys, and during an outage of the issuer, only tokens of unknown keys are unverifiable', async () => {
  await start();
  await issuer.stop();

  expect(await respond(await token())).toEqual(ISSUED);
  expect(await respond(await token({ aud: 'x' }))).toEqual(REFUSED);
  expect(await respond(await token({}, other))).toEqual(UNVERIFIABLE);
  clock += 24 * 3600_000 + 1;
  expect(await respond(await token({ exp: NOW_S + 100_000 }))).toEqual(UNVERIFIABLE);
});

test('an issuer that does not respond delays a call up to its time limit only', async () => {
  await start();
  const arrived = new Promise<void>((resolve) => issuer.overrides.set(JWKS, () => resolve()));

  const response = respond(await token({}, other));
  await arrived;

  expect(await response).toEqual(UNVERIFIABLE);
});
