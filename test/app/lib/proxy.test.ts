import type { RequestListener } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { readSettings } from '../../../app/src/config/settings.ts';
import type { AgentFactory } from '../../../app/src/lib/agents.ts';
import { readLocation } from '../../../app/src/lib/file-or-s3.ts';
import { parseNoProxy, proxyAgents, readProxySettings } from '../../../app/src/lib/proxy.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';
import { createCheck } from '../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { localDynamoDb } from '../../support/dynamodb.ts';
import {
  CERTIFICATE,
  type HttpProxy,
  startHttpProxy,
  startHttpsServer,
} from '../../support/http-proxy.ts';
import { address, NOON, SECOND, startServer } from '../signals/reputation/harness.ts';

const PASSWORD = 'pa:ss w0rd';
const USER = `user:${encodeURIComponent(PASSWORD)}`;
const AUTHORIZATION = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;

function read(environment: Record<string, string>) {
  const issues: string[] = [];
  return { settings: readProxySettings(environment, (issue) => issues.push(issue)), issues };
}

describe('The settings', () => {
  const PROXY = { isSecure: false, host: 'proxy.test', port: 3128 };

  test.each<[string, Record<string, string>, object | undefined]>([
    ['no proxy', {}, undefined],
    ['empty variables', { HTTPS_PROXY: ' ', HTTP_PROXY: '', https_proxy: '' }, undefined],
    ['NO_PROXY only', { NO_PROXY: '*' }, undefined],
    ['HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy.test:3128' }, { https: PROXY, noProxy: '' }],
    ['https_proxy', { https_proxy: 'http://proxy.test:3128/' }, { https: PROXY, noProxy: '' }],
    [
      'both spellings: the lower case',
      { https_proxy: 'http://proxy.test:3128', HTTPS_PROXY: 'http://other.test' },
      { https: PROXY, noProxy: '' },
    ],
    [
      'an empty lower case: the upper case',
      { https_proxy: '', HTTPS_PROXY: 'http://proxy.test:3128' },
      { https: PROXY, noProxy: '' },
    ],
    ['HTTP_PROXY', { HTTP_PROXY: 'http://proxy.test:3128' }, { http: PROXY, noProxy: '' }],
    [
      'the usual port, TLS and no_proxy',
      { HTTPS_PROXY: 'https://proxy.test', no_proxy: 'a, b' },
      { https: { isSecure: true, host: 'proxy.test', port: 443 }, noProxy: 'a, b' },
    ],
    [
      'an IPv6 address',
      { HTTP_PROXY: 'http://[fd00::1]:8080' },
      { http: { isSecure: false, host: 'fd00::1', port: 8080 }, noProxy: '' },
    ],
    [
      'a user',
      { HTTPS_PROXY: `http://${USER}@proxy.test:3128` },
      { https: { ...PROXY, authorization: AUTHORIZATION }, noProxy: '' },
    ],
  ])('take %s', (_, environment, expected) => {
    expect(read(environment)).toEqual({ settings: expected, issues: [] });
  });

  test.each([
    'proxy',
    'proxy.test:3128',
    'user:hunter2@proxy.test:3128',
    'socks5://user:hunter2@proxy.test:1080',
    'http://',
    'http://user:hunter2@',
    'http://user:hunter2@proxy.test:99999',
    'http://user:hunter2%zz@proxy.test',
    'http://user:hunter2@proxy.test/path',
    'http://user:hunter2@proxy.test?x',
    'not a url',
  ])('refuse %j in a sentence that does not repeat it', (url) => {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
      const { issues } = read({ [name]: url });
      expect(issues).toEqual([
        expect.stringMatching(
          new RegExp(`^${name.toUpperCase()} is not the URL of an HTTP proxy: set it to `),
        ),
      ]);
      expect(issues[0]).not.toMatch(/hunter2|proxy\.test|not a url/);
    }
  });

  test('that are wrong stop the start', () => {
    const environment = {
      ACTION_CREDENTIAL: '{}',
      ABUSEIPDB_API_KEY: 'key',
      REPUTATION_TABLE: 'reputation',
      HTTPS_PROXY: 'proxy.test:3128',
    };
    expect(() => readSettings(environment)).toThrow(/^HTTPS_PROXY is not the URL/);
  });
});

describe('NO_PROXY', () => {
  test.each<[string, string, number, boolean]>([
    ['', 'api.abuseipdb.com', 443, false],
    ['*', 'api.abuseipdb.com', 443, true],
    ['api.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['API.AbuseIPDB.com.', 'api.abuseipdb.com', 443, true],
    ['api.abuseipdb.com', 'API.abuseipdb.com.', 443, true],
    ['abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['*.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['.amazonaws.com', 'dynamodb.eu-west-1.amazonaws.com', 443, true],
    ['abuseipdb.com', 'notabuseipdb.com', 443, false],
    ['a.test b.test,, c.test', 'b.test', 443, true],
    ['a.test b.test,, c.test', 'c.test', 443, true],
    ['api.test:443', 'api.test', 443, true],
    ['api.test:8443', 'api.test', 443, false],
    ['*:8443', 'api.test', 443, false],
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['127.0.0.1:80', '127.0.0.1', 80, true],
    ['127.0.0.1:81', '127.0.0.1', 80, false],
    ['0.0.1', '127.0.0.1', 80, false],
    ['10.0.0.0/8', '10.200.3.4', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/33', '10.0.0.1', 443, false],
    ['::1', '::1', 80, true],
    ['[::1]', '[::1]', 80, true],
    ['[::1]:80', '::1', 80, true],
    ['fd00::/8', 'fd12::1', 443, true],
    ['fd00:0:0::1', 'fd00::1', 443, true],
    // Credentials of AWS never go through a proxy.
    ['', '169.254.170.2', 80, true],
    ['', '169.254.169.254', 80, true],
    ['', '169.254.170.23', 80, true],
    ['', 'fd00:ec2::23', 80, true],
    ['', '[fd00:ec2::254]', 80, true],
    ['', '170.254.169.254', 80, false],
  ])('%j: %s, port %i: directly %s', (noProxy, host, port, expected) => {
    expect(parseNoProxy(noProxy)(host, port)).toBe(expected);
  });
});

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const ADDRESS = address('5.6.7.8');
const CHECK = JSON.stringify({ data: { ipAddress: ADDRESS.value, abuseConfidenceScore: 7 } });
const answerWith =
  (body: string): RequestListener =>
  (_, response) =>
    response.setHeader('content-type', 'application/json').end(body);

interface Way {
  readonly proxy: HttpProxy;
  readonly agents: AgentFactory;
  /** The server behind the proxy, by a name that nobody else finds. */
  url(name: string): string;
}

/** A server, http or https, that is only reached through a proxy. */
async function behindProxy(protocol: string, body: string, environment = {}): Promise<Way> {
  const listener = answerWith(body);
  const server = await (protocol === 'https' ? startHttpsServer(listener) : startHttp(listener));
  const proxy = await startHttpProxy(server.port);
  ends.push(
    () => server.close(),
    () => proxy.close(),
  );
  const url = `http://${USER}@127.0.0.1:${proxy.port}`;
  const { settings } = read({ HTTPS_PROXY: url, HTTP_PROXY: url, ...environment });
  return {
    proxy,
    agents: (options) => proxyAgents(settings)({ ...options, ca: CERTIFICATE }),
    url: (name) => `${protocol}://${name}.test`,
  };
}

async function startHttp(listener: RequestListener) {
  const server = await startServer(listener);
  return { port: Number(new URL(server.url).port), close: server.close };
}

const checkThrough = ({ agents }: Pick<Way, 'agents'>, baseUrl: string) =>
  createCheck({ baseUrl, maxAgeInDays: 30, timeout: 30 * SECOND, now: () => NOON, agents });

const tunnel = (name: string) => ({
  method: 'CONNECT',
  target: `${name}.test:443`,
  authorization: AUTHORIZATION,
});

describe('Through the proxy goes', () => {
  test('a check over https, in one tunnel for all', async () => {
    const way = await behindProxy('https', CHECK);
    const check = checkThrough(way, way.url('upstream'));
    for (let number = 0; number < 3; number += 1) {
      expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
      await new Promise(setImmediate);
    }
    expect(way.proxy.requests).toEqual([tunnel('upstream')]);
  });

  test('a check over http, with its whole URL', async () => {
    const way = await behindProxy('http', CHECK);
    const check = checkThrough(way, way.url('upstream'));
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(way.proxy.requests).toEqual([
      {
        method: 'GET',
        target: 'http://upstream.test/check?ipAddress=5.6.7.8&maxAgeInDays=30',
        authorization: AUTHORIZATION,
      },
    ]);
  });

  test.each(['https', 'http'])('DynamoDB over %s', async (protocol) => {
    const way = await behindProxy(protocol, '{"Item":{"score":{"N":"7"}}}');
    const client = createDynamoDbClient({
      ...localDynamoDb(way.url('dynamodb')),
      timeout: 30 * SECOND,
      agents: way.agents,
    });
    ends.push(() => client.destroy());
    const get = new GetItemCommand({ TableName: 'any', Key: { address: { S: 'x' } } });
    for (let number = 0; number < 2; number += 1) {
      expect(await client.send(get)).toMatchObject({ Item: { score: { N: '7' } } });
      await new Promise(setImmediate);
    }
    const forwarded = {
      method: 'POST',
      target: 'http://dynamodb.test/',
      authorization: AUTHORIZATION,
    };
    expect(way.proxy.requests).toEqual(
      protocol === 'https' ? [tunnel('dynamodb')] : [forwarded, forwarded],
    );
  });

  test('Secrets Manager', async () => {
    const way = await behindProxy('https', '{"SecretString":"secret"}');
    const client = createSecretsClient({
      ...localDynamoDb(way.url('secretsmanager')),
      requestTimeout: 30 * SECOND,
      connectionTimeout: 30 * SECOND,
      agents: way.agents,
    });
    ends.push(() => client.destroy());
    const get = new GetSecretValueCommand({ SecretId: 'any' });
    expect(await client.send(get)).toMatchObject({ SecretString: 'secret' });
    expect(way.proxy.requests).toEqual([tunnel('secretsmanager')]);
  });

  test('S3', async () => {
    const way = await behindProxy('http', 'version: 1');
    const before = { ...process.env };
    ends.push(() => {
      process.env = before;
    });
    process.env = {
      ...before,
      HTTP_PROXY: `http://${USER}@127.0.0.1:${way.proxy.port}`,
      AWS_ENDPOINT_URL_S3: 'http://s3.test',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const words = { what: 'The policy', setting: 'POLICY_FILE', maxBytes: 1000 };
    const bytes = await readLocation('s3://bucket/policy.yaml', words);
    expect(bytes.toString()).toBe('version: 1');
    expect(way.proxy.requests).toMatchObject([
      { method: 'GET', target: expect.stringMatching(/^http:\/\/bucket\.s3\.test\/policy\.yaml/) },
    ]);
  });
});

describe('Around the proxy goes', () => {
  test.each(['127.0.0.1', '127.0.0.0/8', '*'])('what NO_PROXY=%s names', async (noProxy) => {
    const way = await behindProxy('http', CHECK, { NO_PROXY: noProxy });
    const server = await startServer(answerWith(CHECK));
    ends.push(() => server.close());
    const check = checkThrough(way, server.url);
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(way.proxy.requests).toEqual([]);
  });

  test('http where only https has a proxy', async () => {
    const way = await behindProxy('http', CHECK, { HTTP_PROXY: '' });
    const server = await startServer(answerWith(CHECK));
    ends.push(() => server.close());
    const check = checkThrough(way, server.url);
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(way.proxy.requests).toEqual([]);
  });
});

describe('When the proxy', () => {
  test.each([401, 403, 407, 429, 502, 301])(
    'refuses a tunnel with %i, that is no word of AbuseIPDB',
    async (status) => {
      const way = await behindProxy('https', CHECK);
      way.proxy.refuse(status);
      const check = checkThrough(way, way.url('upstream'));
      expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    },
  );

  test('drops its tunnels, one new one is opened', async () => {
    const way = await behindProxy('https', CHECK);
    const check = checkThrough(way, way.url('upstream'));
    await check(ADDRESS, 'key');
    await new Promise(setImmediate);
    way.proxy.drop();
    // The reset is not noticed before the next request is on its way.
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(way.proxy.requests).toEqual([tunnel('upstream'), tunnel('upstream')]);
  });

  test('is not there, checks fail', async () => {
    const way = await behindProxy('https', CHECK);
    await way.proxy.close();
    const check = checkThrough(way, way.url('upstream'));
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
  });

  test('refuses, an error says so, without the password', async () => {
    const way = await behindProxy('https', '{}');
    way.proxy.refuse(407);
    const client = createDynamoDbClient({
      ...localDynamoDb(way.url('dynamodb')),
      agents: way.agents,
    });
    ends.push(() => client.destroy());
    const get = new GetItemCommand({ TableName: 'any', Key: { address: { S: 'x' } } });
    const error: Error = await client.send(get).then(
      () => new Error('It was sent.'),
      (reason) => reason,
    );
    expect(error.message).toMatch(/The proxy answers 407 to CONNECT dynamodb\.test:443\./);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + error.stack;
    expect(shown).not.toContain(AUTHORIZATION.slice('Basic '.length));
    expect(shown).not.toContain('w0rd');
  });
});
