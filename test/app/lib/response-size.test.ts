import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { readFileOrS3 } from '../../../app/src/lib/file-or-s3.ts';
import { createSecretsClient } from '../../../app/src/secrets/client.ts';
import { readSecretVersions } from '../../../app/src/secrets/versions.ts';
import { createDynamoDbClient } from '../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { localDynamoDb } from '../../support/dynamodb.ts';

const MIB = 1024 * 1024;
const ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:gate-AbCdEf';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

async function startServer(listener: RequestListener) {
  const sockets: Socket[] = [];
  const server = createServer(listener);
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** Reads from a server in place of an AWS service. */
type Read = (url: string) => Promise<unknown>;

const readItem: Read = (url) => {
  // A long timeout, so that the size limit applies first.
  const client = createDynamoDbClient({ ...localDynamoDb(url), timeout: 60_000 });
  cleanups.push(() => client.destroy());
  return client.send(new GetItemCommand({ TableName: 'x', Key: { address: { S: 'x' } } }));
};

const readSecret: Read = (url) => {
  const client = createSecretsClient({
    ...localDynamoDb(url),
    maxAttempts: 1,
    requestTimeout: 60_000,
  });
  cleanups.push(() => client.destroy());
  return readSecretVersions(client, ARN, { timeout: 60_000 });
};

const ENVIRONMENT = {
  AWS_ENDPOINT_URL_S3: '',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'testing',
  AWS_SECRET_ACCESS_KEY: 'testing',
};

const readObject: Read = async (url) => {
  const before = { ...process.env };
  Object.assign(process.env, ENVIRONMENT, { AWS_ENDPOINT_URL_S3: url });
  cleanups.push(() => {
    for (const name of Object.keys(ENVIRONMENT)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
  const object = await readFileOrS3('s3://bucket/policy.yaml', {
    labels: { subject: 'The policy', setting: 'POLICY_FILE' },
    maxBytes: MIB,
  });
  return object.toString();
};

/** Writes to a response until its connection is closed. */
function writeEndlessly(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const more = () => {
    if (!response.destroyed) response.write(chunk, () => setImmediate(more));
  };
  more();
}

describe.each<[string, Read, RegExp]>([
  ['DynamoDB', readItem, /larger than 524288 bytes/],
  ['Secrets Manager', readSecret, /could not be read \(ResponseTooLarge\)/],
  [
    'S3',
    readObject,
    /^The policy s3:.* is larger than 1 MiB: set POLICY_FILE to the right object\.$/,
  ],
])('a response in place of %s', (_, read, message) => {
  test.each<[string, RequestListener]>([
    ['that is endless', (_request, response) => writeEndlessly(response.writeHead(200))],
    [
      'with a content-length of 4 GB',
      (_request, response) =>
        writeEndlessly(response.writeHead(200, { 'content-length': '4000000000' })),
    ],
    ['that is an endless error', (_request, response) => writeEndlessly(response.writeHead(400))],
    [
      'that is an error with a content-length of 4 GB',
      (_request, response) =>
        writeEndlessly(response.writeHead(403, { 'content-length': '4000000000' })),
    ],
  ])('%s is closed at the limit', async (__, listener) => {
    const { url, sockets } = await startServer(listener);
    await expect(read(url)).rejects.toThrow(message);
    const [socket] = sockets;
    await new Promise((resolve) => (socket?.closed ? resolve(0) : socket?.once('close', resolve)));
    // Above the limit, because both ends of the connection have buffers.
    expect(socket?.bytesWritten).toBeLessThan(64 * MIB);
  });
});

const CHUNKED: Record<string, string> = {};
const WITH_LENGTH = (body: string) => ({ 'content-length': String(body.length) });
const SECRET = JSON.stringify({ SecretString: 'x'.repeat(65_536), VersionId: 'v' });

test.each<[string, Read, string, unknown]>([
  ['an item', readItem, '{"Item":{"a":{"S":"b"}}}', { Item: { a: { S: 'b' } } }],
  ['a large secret', readSecret, SECRET, { current: { text: 'x'.repeat(65_536) } }],
  ['an object', readObject, 'version: 1', 'version: 1'],
])('%s is read, in chunks and with a content-length', async (_, read, body, result) => {
  for (const headers of [CHUNKED, WITH_LENGTH(body)]) {
    const { url } = await startServer((_request, response) => {
      response.writeHead(200, headers);
      response.write(body.slice(0, 5));
      response.end(body.slice(5));
    });
    const received = await read(url);
    if (typeof result === 'string') expect(received).toBe(result);
    else expect(received).toMatchObject(result as object);
  }
});

test('an error name of S3 is shown only if it is valid', async () => {
  const { url } = await startServer((_request, response) => {
    response.writeHead(400).end(`<Error><Code>${'x'.repeat(100_000)}</Code></Error>`);
  });
  await expect(readObject(url)).rejects.toThrow(/ cannot be read \(UnknownError\): /);
});
