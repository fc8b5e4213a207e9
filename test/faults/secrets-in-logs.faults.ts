import { randomBytes } from 'node:crypto';
import { ACTION_PATH } from '../../app/src/http/paths.ts';
import { payloadFrom } from '../support/payloads.ts';
import { LARGEST_BUDGETS } from '../support/running-service.ts';
import { SecretTracker } from './leaked-secrets.ts';
import {
  awsFailures,
  type LeakyServer,
  startLeakyServer,
  UPSTREAM_FAILURES,
} from './leaky-server.ts';
import { type ServiceProcess, startBuilt, startServiceProcess } from './service.ts';
import { waitUntil } from './states.ts';

const SCHEMES = ['api-key', 'bearer', 'basic'] as const;
type Scheme = (typeof SCHEMES)[number];

const ARNS = {
  credential: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:credential-abc123',
  key: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-abc123',
};

/** So short that no other output contains a part of it by chance. */
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

/** Responds as Secrets Manager does to GetSecretValue. */
const serving = (secrets: () => Readonly<Record<string, string>>): LeakyServer['respond'] => {
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

describe.each(SCHEMES)(
  'the output of a run at log level trace contains no secret: %s',
  (scheme) => {
    const secrets = new SecretTracker();
    let stored = { credential: secrets.create(), key: secrets.create() };
    let upstream: LeakyServer;
    let dynamoDb: LeakyServer;
    let secretsManager: LeakyServer;
    let service: ServiceProcess;
    let addresses = 0;

    const storedJson = () => ({
      [ARNS.credential]: credentialJson(scheme, stored.credential),
      [ARNS.key]: stored.key,
    });
    const statusOf = async (headers: Record<string, string>, body?: string, path = ACTION_PATH) => {
      addresses += 1;
      const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: body ?? payloadFrom(`9.7.6.${addresses}`),
      });
      await response.arrayBuffer();
      return response.status;
    };
    const waitForLog = (pattern: RegExp, since: number) =>
      waitUntil(
        async () => pattern.test(service.process.stdout().slice(since)),
        `the log contains ${pattern}`,
      );

    beforeAll(async () => {
      secrets.add(`${USER}:${stored.credential}`);
      [upstream, dynamoDb, secretsManager] = await Promise.all([
        startLeakyServer(Object.values(UPSTREAM_FAILURES)[0] as LeakyServer['respond']),
        startLeakyServer(
          awsFailures(() => stored.key)['a wrong signature'] as LeakyServer['respond'],
        ),
        startLeakyServer(serving(storedJson)),
      ]);
      service = await startServiceProcess({
        LOG_LEVEL: 'trace',
        AWS_SECRET_ACCESS_KEY: secrets.create(),
        AWS_SESSION_TOKEN: secrets.create(),
        ACTION_CREDENTIAL_SECRET_ARN: ARNS.credential,
        ABUSEIPDB_SECRET_ARN: ARNS.key,
        ABUSEIPDB_BASE_URL: upstream.url,
        REPUTATION_TABLE: 'reputation',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
        AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.url,
        SECRETS_REFRESH_INTERVAL: '1s',
        ...LARGEST_BUDGETS,
      });
    });

    afterAll(async () => {
      await service.process.end();
      expect(secrets.leakedBy(service.process)).toEqual([]);
      await Promise.all([upstream.close(), dynamoDb.close(), secretsManager.close()]);
    });

    afterEach(() => {
      expect(secrets.leakedBy(service.process)).toEqual([]);
    });

    test('the search finds text that is in the output', () => {
      const found = new SecretTracker();
      found.add('"event":"ready"');
      expect(found.leakedBy(service.process)).not.toEqual([]);
    });

    test('requests with the credential in any place, and with wrong credentials', async () => {
      const valid = headersWith(scheme, stored.credential);
      const { credential } = stored;
      expect(await statusOf(valid)).toBe(200);
      expect(await statusOf(valid, credential)).toBe(400);
      expect(await statusOf(valid, JSON.stringify({ actionType: credential, event: {} }))).toBe(
        400,
      );
      expect(await statusOf(valid, payloadFrom(credential))).toBe(200);
      expect(await statusOf(valid, undefined, `/${credential}?key=${credential}`)).toBe(404);
      expect(await statusOf({})).toBe(401);
      for (const other of SCHEMES) {
        const guess = secrets.create();
        secrets.add(`${USER}:${guess}`);
        expect(await statusOf(headersWith(other, guess), guess)).toBe(401);
      }
      await waitForLog(/"event":"rejected","status":401/, 0);
    });

    test.each(Object.keys(UPSTREAM_FAILURES))('AbuseIPDB returns the key: %s', async (name) => {
      upstream.respond = UPSTREAM_FAILURES[name] as LeakyServer['respond'];
      // After this time, no circuit is open because of an earlier failure.
      await service.advanceClock(48 * 3_600_000);
      const before = upstream.requestCount();
      expect(await statusOf(headersWith(scheme, stored.credential))).toBe(200);
      expect(upstream.requestCount()).toBeGreaterThan(before);
      await waitForLog(/"event":"check"/, 0);
    });

    test.each(Object.keys(awsFailures(() => '')))(
      'DynamoDB returns the request: %s',
      async (name) => {
        dynamoDb.respond = awsFailures(() => stored.key)[name] as LeakyServer['respond'];
        await service.advanceClock(3_600_000);
        const before = dynamoDb.requestCount();
        expect(await statusOf(headersWith(scheme, stored.credential))).toBe(200);
        expect(dynamoDb.requestCount()).toBeGreaterThan(before);
      },
    );

    test.each(Object.keys(awsFailures(() => '')))(
      'Secrets Manager returns secrets in errors: %s',
      async (name) => {
        const since = service.process.stdout().length;
        secretsManager.respond = awsFailures(() => JSON.stringify(storedJson()))[
          name
        ] as LeakyServer['respond'];
        await waitForLog(
          /"event":"secret-refresh-failed","secret":"ACTION_CREDENTIAL_SECRET_ARN"/,
          since,
        );
        await waitForLog(/"event":"secret-refresh-failed","secret":"ABUSEIPDB_SECRET_ARN"/, since);
      },
    );

    test('new secrets, malformed and valid', async () => {
      const since = service.process.stdout().length;
      const malformed = { credential: secrets.create(), key: secrets.create() };
      secretsManager.respond = serving(() => ({
        [ARNS.credential]: credentialJson(scheme, malformed.credential).slice(0, -2),
        [ARNS.key]: `{"apiKey":"${malformed.key}`,
      }));
      await waitForLog(/"event":"secret-refresh-failed"/, since);
      stored = { credential: secrets.create(), key: secrets.create() };
      secrets.add(`${USER}:${stored.credential}`);
      secretsManager.respond = serving(storedJson);
      const isAccepted = async () =>
        (await statusOf(headersWith(scheme, stored.credential))) === 200;
      await waitUntil(isAccepted, 'the new credential is accepted');
    });
  },
);

describe('the output of a failed start contains no secret', () => {
  const secret = randomBytes(24).toString('base64url');
  const basics = { ABUSEIPDB_API_KEY: 'key-of-nothing', REPUTATION_TABLE: 'reputation' };

  test.each<[string, Readonly<Record<string, string>>]>([
    ...SCHEMES.flatMap((scheme): [string, Readonly<Record<string, string>>][] => [
      [
        `${scheme}: broken JSON`,
        { ACTION_CREDENTIAL: credentialJson(scheme, secret).slice(0, -2) },
      ],
      // A basic credential may contain spaces (RFC 7617), but no line break.
      [`${scheme}: a line break`, { ACTION_CREDENTIAL: credentialJson(scheme, `${secret}\nx`) }],
    ]),
    ['a credential without JSON', { ACTION_CREDENTIAL: secret }],
    ['a credential as the scheme', { ACTION_CREDENTIAL: `{"scheme":"${secret}"}` }],
    ['a credential as an ARN', { ACTION_CREDENTIAL_SECRET_ARN: secret }],
    [
      'two credential settings',
      {
        ACTION_CREDENTIAL: credentialJson('bearer', secret),
        ACTION_CREDENTIAL_SECRET_ARN: ARNS.key,
      },
    ],
    [
      'a key with a space',
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
      'another invalid setting',
      { ACTION_CREDENTIAL: credentialJson('basic', secret), POLICY_FILE: 'no.yaml' },
    ],
  ])('%s', async (_, environment) => {
    const secrets = new SecretTracker();
    secrets.add(secret);
    secrets.add(`${USER}:${secret}`);
    const service = startBuilt({ ...basics, LOG_LEVEL: 'trace', ...environment });
    expect(await service.exited).toBe(1);
    expect(service.stderr()).toMatch(/\.\n$/);
    expect(secrets.leakedBy(service)).toEqual([]);
  });
});
