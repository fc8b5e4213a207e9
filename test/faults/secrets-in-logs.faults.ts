import { randomBytes } from 'node:crypto';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { payloadFrom } from '../support/payloads.ts';
import { awsFailures, startTelltale, type Telltale, UPSTREAM_FAILURES } from './leaky-server.ts';
import { type ServiceProcess, startBuilt, startServiceProcess } from './service.ts';
import { until } from './states.ts';
import { Secrets } from './written-secrets.ts';

const SCHEMES = ['api-key', 'bearer', 'basic'] as const;
type Scheme = (typeof SCHEMES)[number];

const ARNS = {
  credential: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:credential-abc123',
  key: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-abc123',
};

/** The user name is in every pair: one that is short has no piece in common with another text. */
const USER = 'zoë';

function credentialJson(scheme: Scheme, secret: string): string {
  const extra = { 'api-key': { header: 'x-api-key' }, bearer: {}, basic: { username: USER } };
  return JSON.stringify({ scheme, ...extra[scheme], secret });
}

function headersWith(scheme: Scheme, secret: string): Record<string, string> {
  if (scheme === 'api-key') return { 'x-api-key': secret };
  if (scheme === 'bearer') return { authorization: `Bearer ${secret}` };
  return { authorization: `Basic ${Buffer.from(`${USER}:${secret}`).toString('base64')}` };
}

/** Secrets Manager as far as the service asks it. */
const serving = (secrets: () => Readonly<Record<string, string>>): Telltale['answer'] => {
  return (_, body, response) => {
    const { SecretId, VersionStage } = JSON.parse(body);
    const SecretString = VersionStage === 'AWSCURRENT' ? secrets()[SecretId] : undefined;
    if (SecretString === undefined) {
      response.writeHead(400).end(JSON.stringify({ __type: 'ResourceNotFoundException' }));
    } else {
      response.end(JSON.stringify({ ARN: SecretId, SecretString, VersionStages: [VersionStage] }));
    }
  };
};

describe.each(SCHEMES)('The whole output of a run at the most talkative level: %s', (scheme) => {
  const secrets = new Secrets();
  let stored = { credential: secrets.invent(), key: secrets.invent() };
  let upstream: Telltale;
  let dynamoDb: Telltale;
  let store: Telltale;
  let service: ServiceProcess;
  let addresses = 0;

  const storedJson = () => ({
    [ARNS.credential]: credentialJson(scheme, stored.credential),
    [ARNS.key]: stored.key,
  });
  const ask = async (headers: Record<string, string>, body?: string, path = ACTION_PATH) => {
    addresses += 1;
    const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: body ?? payloadFrom(`9.7.6.${addresses}`),
    });
    await response.arrayBuffer();
    return response.status;
  };
  const said = (pattern: RegExp, since: number) =>
    until(
      async () => pattern.test(service.process.stdout().slice(since)),
      `the service says ${pattern}`,
    );

  beforeAll(async () => {
    secrets.keep(`${USER}:${stored.credential}`);
    [upstream, dynamoDb, store] = await Promise.all([
      startTelltale(Object.values(UPSTREAM_FAILURES)[0] as Telltale['answer']),
      startTelltale(awsFailures(() => stored.key)['a wrong signature'] as Telltale['answer']),
      startTelltale(serving(storedJson)),
    ]);
    service = await startServiceProcess({
      LOG_LEVEL: 'trace',
      AWS_SECRET_ACCESS_KEY: secrets.invent(),
      AWS_SESSION_TOKEN: secrets.invent(),
      ACTION_CREDENTIAL_SECRET_ARN: ARNS.credential,
      ABUSEIPDB_SECRET_ARN: ARNS.key,
      ABUSEIPDB_BASE_URL: upstream.url,
      REPUTATION_TABLE: 'reputation',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
      SECRETS_REFRESH_INTERVAL: '1s',
    });
  });

  afterAll(async () => {
    await service.process.end();
    expect(secrets.writtenBy(service.process)).toEqual([]);
    await Promise.all([upstream.close(), dynamoDb.close(), store.close()]);
  });

  afterEach(() => {
    expect(secrets.writtenBy(service.process)).toEqual([]);
  });

  test('the output is looked through for what it does hold', () => {
    const found = new Secrets();
    found.keep('"event":"ready"');
    expect(found.writtenBy(service.process)).not.toEqual([]);
  });

  test('requests with the credential, wherever it is put, and with wrong ones', async () => {
    const right = headersWith(scheme, stored.credential);
    const { credential } = stored;
    expect(await ask(right)).toBe(200);
    expect(await ask(right, credential)).toBe(400);
    expect(await ask(right, JSON.stringify({ actionType: credential, event: {} }))).toBe(400);
    expect(await ask(right, payloadFrom(credential))).toBe(200);
    expect(await ask(right, undefined, `/${credential}?key=${credential}`)).toBe(404);
    expect(await ask({})).toBe(401);
    for (const other of SCHEMES) {
      const guess = secrets.invent();
      secrets.keep(`${USER}:${guess}`);
      expect(await ask(headersWith(other, guess), guess)).toBe(401);
    }
    await said(/"event":"rejected","status":401/, 0);
  });

  test.each(Object.keys(UPSTREAM_FAILURES))('AbuseIPDB repeats the key: %s', async (name) => {
    upstream.answer = UPSTREAM_FAILURES[name] as Telltale['answer'];
    // Past whatever an earlier failure has closed.
    await service.forward(48 * 3_600_000);
    const asked = upstream.asked();
    expect(await ask(headersWith(scheme, stored.credential))).toBe(200);
    expect(upstream.asked()).toBeGreaterThan(asked);
    await said(/"event":"check"/, 0);
  });

  test.each(Object.keys(awsFailures(() => '')))(
    'DynamoDB repeats what it is sent: %s',
    async (name) => {
      dynamoDb.answer = awsFailures(() => stored.key)[name] as Telltale['answer'];
      await service.forward(3_600_000);
      const asked = dynamoDb.asked();
      expect(await ask(headersWith(scheme, stored.credential))).toBe(200);
      expect(dynamoDb.asked()).toBeGreaterThan(asked);
    },
  );

  test.each(Object.keys(awsFailures(() => '')))(
    'Secrets Manager repeats secrets: %s',
    async (name) => {
      const since = service.process.stdout().length;
      store.answer = awsFailures(() => JSON.stringify(storedJson()))[name] as Telltale['answer'];
      await said(/"event":"secret-refresh-failed","secret":"ACTION_CREDENTIAL_SECRET_ARN"/, since);
      await said(/"event":"secret-refresh-failed","secret":"ABUSEIPDB_SECRET_ARN"/, since);
    },
  );

  test('new secrets, malformed and good', async () => {
    const since = service.process.stdout().length;
    const half = { credential: secrets.invent(), key: secrets.invent() };
    store.answer = serving(() => ({
      [ARNS.credential]: credentialJson(scheme, half.credential).slice(0, -2),
      [ARNS.key]: `{"apiKey":"${half.key}`,
    }));
    await said(/"event":"secret-refresh-failed"/, since);
    stored = { credential: secrets.invent(), key: secrets.invent() };
    secrets.keep(`${USER}:${stored.credential}`);
    store.answer = serving(storedJson);
    const accepted = async () => (await ask(headersWith(scheme, stored.credential))) === 200;
    await until(accepted, 'the new credential passes');
  });
});

describe('The whole output of a start that fails', () => {
  const secret = randomBytes(24).toString('base64url');
  const basics = { ABUSEIPDB_API_KEY: 'key-of-nothing', REPUTATION_TABLE: 'reputation' };

  test.each<[string, Readonly<Record<string, string>>]>([
    ...SCHEMES.flatMap((scheme): [string, Readonly<Record<string, string>>][] => [
      [
        `${scheme}: broken JSON`,
        { ACTION_CREDENTIAL: credentialJson(scheme, secret).slice(0, -2) },
      ],
      // A line break, for a basic credential may contain blanks (RFC 7617).
      [`${scheme}: a line break`, { ACTION_CREDENTIAL: credentialJson(scheme, `${secret}\nx`) }],
    ]),
    ['a credential without JSON', { ACTION_CREDENTIAL: secret }],
    ['a credential as the scheme', { ACTION_CREDENTIAL: `{"scheme":"${secret}"}` }],
    ['a credential as an ARN', { ACTION_CREDENTIAL_SECRET_ARN: secret }],
    [
      'both',
      {
        ACTION_CREDENTIAL: credentialJson('bearer', secret),
        ACTION_CREDENTIAL_SECRET_ARN: ARNS.key,
      },
    ],
    [
      'a key with a blank',
      { ACTION_CREDENTIAL: credentialJson('bearer', secret), ABUSEIPDB_API_KEY: `${secret} x` },
    ],
    [
      'a key in broken JSON',
      {
        ACTION_CREDENTIAL: credentialJson('bearer', secret),
        ABUSEIPDB_API_KEY: `{"apiKey":"${secret}`,
      },
    ],
    [
      'a URL with a password',
      {
        ACTION_CREDENTIAL: credentialJson('bearer', secret),
        ABUSEIPDB_BASE_URL: `https://me:${secret}@host/`,
      },
    ],
    [
      'another setting that is wrong',
      { ACTION_CREDENTIAL: credentialJson('basic', secret), POLICY_FILE: 'no.yaml' },
    ],
  ])('%s', async (_, environment) => {
    const secrets = new Secrets();
    secrets.keep(secret);
    secrets.keep(`${USER}:${secret}`);
    const service = startBuilt({ ...basics, LOG_LEVEL: 'trace', ...environment });
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toMatch(/\.\n$/);
    expect(secrets.writtenBy(service)).toEqual([]);
  });
});
