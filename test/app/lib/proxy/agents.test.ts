import type { RequestListener } from 'node:http';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import type { AgentFactory } from '../../../../app/src/lib/agents.ts';
import { readFileOrS3 } from '../../../../app/src/lib/file-or-s3.ts';
import { proxyAgents } from '../../../../app/src/lib/proxy/agents.ts';
import { readProxySettings } from '../../../../app/src/lib/proxy/settings.ts';
import { createSecretsClient } from '../../../../app/src/secrets/client.ts';
import { createCheck } from '../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { localDynamoDb } from '../../../support/dynamodb.ts';
import {
  CERTIFICATE,
  type HttpProxy,
  startHttpProxy,
  startHttpsServer,
} from '../../../support/http-proxy.ts';
import { address, NOON, SECOND, startServer } from '../../signals/reputation/harness.ts';

const PASSWORD = 'pa:ss w0rd';
const USER = `user:${encodeURIComponent(PASSWORD)}`;
const AUTHORIZATION = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const ADDRESS = address('5.6.7.8');
const CHECK = JSON.stringify({ data: { ipAddress: ADDRESS.value, abuseConfidenceScore: 7 } });
const respondWith =
  (body: string): RequestListener =>
  (_, response) =>
    response.setHeader('content-type', 'application/json').end(body);

interface ProxiedServer {
  readonly proxy: HttpProxy;
  readonly agents: AgentFactory;
  /** Returns the server's URL with a host name that only the proxy resolves. */
  url(name: string): string;
}

/** Starts an http or https server that can only be reached through a proxy. */
async function behindProxy(
  protocol: string,
  body: string,
  environment = {},
): Promise<ProxiedServer> {
  const listener = respondWith(body);
  const server = await (protocol === 'https' ? startHttpsServer(listener) : startHttp(listener));
  const proxy = await startHttpProxy(server.port);
  cleanups.push(
    () => server.close(),
    () => proxy.close(),
  );
  const url = `http://${USER}@127.0.0.1:${proxy.port}`;
  const variables = { HTTPS_PROXY: url, HTTP_PROXY: url, ...environment };
  const settings = readProxySettings(variables, (issue) => {
    throw new Error(issue);
  });
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

const checkThrough = ({ agents }: Pick<ProxiedServer, 'agents'>, baseUrl: string) =>
  createCheck({ baseUrl, maxAgeInDays: 30, timeout: 30 * SECOND, now: () => NOON, agents });

const tunnel = (name: string) => ({
  method: 'CONNECT',
  target: `${name}.test:443`,
  authorization: AUTHORIZATION,
});

describe('requests through the proxy', () => {
  test('checks over https share one tunnel', async () => {
    const server = await behindProxy('https', CHECK);
    const check = checkThrough(server, server.url('upstream'));
    for (let number = 0; number < 3; number += 1) {
      expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
      await new Promise(setImmediate);
    }
    expect(server.proxy.requests).toEqual([tunnel('upstream')]);
  });

  test('a check over http is sent with its absolute URL', async () => {
    const server = await behindProxy('http', CHECK);
    const check = checkThrough(server, server.url('upstream'));
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(server.proxy.requests).toEqual([
      {
        method: 'GET',
        target: 'http://upstream.test/check?ipAddress=5.6.7.8&maxAgeInDays=30',
        authorization: AUTHORIZATION,
      },
    ]);
  });

  test.each(['https', 'http'])('DynamoDB is called over %s', async (protocol) => {
    const server = await behindProxy(protocol, '{"Item":{"score":{"N":"7"}}}');
    const client = createDynamoDbClient({
      ...localDynamoDb(server.url('dynamodb')),
      timeout: 30 * SECOND,
      connectTimeout: 30 * SECOND,
      agents: server.agents,
    });
    cleanups.push(() => client.destroy());
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
    expect(server.proxy.requests).toEqual(
      protocol === 'https' ? [tunnel('dynamodb')] : [forwarded, forwarded],
    );
  });

  test('Secrets Manager is called through a tunnel', async () => {
    const server = await behindProxy('https', '{"SecretString":"secret"}');
    const client = createSecretsClient({
      ...localDynamoDb(server.url('secretsmanager')),
      requestTimeout: 30 * SECOND,
      connectionTimeout: 30 * SECOND,
      agents: server.agents,
    });
    cleanups.push(() => client.destroy());
    const get = new GetSecretValueCommand({ SecretId: 'any' });
    expect(await client.send(get)).toMatchObject({ SecretString: 'secret' });
    expect(server.proxy.requests).toEqual([tunnel('secretsmanager')]);
  });

  test('S3 is called through the proxy', async () => {
    const server = await behindProxy('http', 'version: 1');
    const before = { ...process.env };
    cleanups.push(() => {
      process.env = before;
    });
    process.env = {
      ...before,
      AWS_ENDPOINT_URL_S3: 'http://s3.test',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: 'secret',
    };
    const bytes = await readFileOrS3('s3://bucket/policy.yaml', {
      labels: { subject: 'The policy', setting: 'POLICY_FILE' },
      maxBytes: 1000,
      agents: server.agents,
    });
    expect(bytes.toString()).toBe('version: 1');
    expect(server.proxy.requests).toMatchObject([
      { method: 'GET', target: expect.stringMatching(/^http:\/\/bucket\.s3\.test\/policy\.yaml/) },
    ]);
  });
});

describe('requests that bypass the proxy', () => {
  test.each(['127.0.0.1', '127.0.0.0/8', '*'])('go to hosts in NO_PROXY=%s', async (noProxy) => {
    const proxied = await behindProxy('http', CHECK, { NO_PROXY: noProxy });
    const server = await startServer(respondWith(CHECK));
    cleanups.push(() => server.close());
    const check = checkThrough(proxied, server.url);
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(proxied.proxy.requests).toEqual([]);
  });

  test('are http requests when only https has a proxy', async () => {
    const proxied = await behindProxy('http', CHECK, { HTTP_PROXY: '' });
    const server = await startServer(respondWith(CHECK));
    cleanups.push(() => server.close());
    const check = checkThrough(proxied, server.url);
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(proxied.proxy.requests).toEqual([]);
  });
});

describe('when the proxy', () => {
  test.each([401, 403, 407, 429, 502, 301])(
    'refuses a tunnel with %i, the check does not take it for a response of AbuseIPDB',
    async (status) => {
      const server = await behindProxy('https', CHECK);
      server.proxy.refuse(status);
      const check = checkThrough(server, server.url('upstream'));
      expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    },
  );

  test('drops its tunnels, one new tunnel is opened', async () => {
    const server = await behindProxy('https', CHECK);
    const check = checkThrough(server, server.url('upstream'));
    await check(ADDRESS, 'key');
    await new Promise(setImmediate);
    server.proxy.drop();
    // The reset is only noticed when the next request has been sent.
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(server.proxy.requests).toEqual([tunnel('upstream'), tunnel('upstream')]);
  });

  test('cannot be reached, checks fail', async () => {
    const server = await behindProxy('https', CHECK);
    await server.proxy.close();
    const check = checkThrough(server, server.url('upstream'));
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
  });

  test('refuses, the error says so without the password', async () => {
    const server = await behindProxy('https', '{}');
    server.proxy.refuse(407);
    const client = createDynamoDbClient({
      ...localDynamoDb(server.url('dynamodb')),
      timeout: 30 * SECOND,
      connectTimeout: 30 * SECOND,
      agents: server.agents,
    });
    cleanups.push(() => client.destroy());
    const get = new GetItemCommand({ TableName: 'any', Key: { address: { S: 'x' } } });
    const error: Error = await client.send(get).then(
      () => new Error('It was sent.'),
      (reason) => reason,
    );
    expect(error.message).toMatch(/The proxy responded 407 to CONNECT dynamodb\.test:443\./);
    const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + error.stack;
    expect(shown).not.toContain(AUTHORIZATION.slice('Basic '.length));
    expect(shown).not.toContain('w0rd');
  });
});
