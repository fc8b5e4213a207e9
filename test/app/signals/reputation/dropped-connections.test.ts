import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createCheck } from '../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { ReputationLookup } from '../../../../app/src/signals/reputation/lookup.ts';
import { localDynamoDb } from '../../../support/dynamodb.ts';
import { address, lookup, NOON, newAddress, SECOND, startServer } from './harness.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

/** Drops a request on a reused connection. */
type Drop = (request: IncomingMessage, response: ServerResponse) => void;

const RESET: Drop = ({ socket }) => socket.resetAndDestroy();
const CLOSE: Drop = ({ socket }) => socket.destroy();
const REQUEST_TIMEOUT: Drop = (_, response) =>
  response.writeHead(408, { connection: 'close' }).end();
const TRUNCATED_RESPONSE: Drop = (request, response) => {
  response.writeHead(200, { 'content-length': 1000 });
  response.write('{"data":', () => request.socket.resetAndDestroy());
};

interface Server {
  readonly url: string;
  /** Requests on each connection, in the order in which they were opened. */
  readonly connections: number[];
}

/** Starts a server that responds to the first requests of a connection, and drops the next one. */
async function startDroppingServer(
  body: string | ((request: IncomingMessage) => string),
  drop: Drop,
  responsesPerConnection = 1,
): Promise<Server> {
  const connections: number[] = [];
  const indexes = new WeakMap<Socket, number>();
  const server = createServer((request, response) => {
    const index = indexes.get(request.socket) ?? -1;
    const number = (connections[index] ?? 0) + 1;
    connections[index] = number;
    if (number > responsesPerConnection) return drop(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(typeof body === 'string' ? body : body(request));
  });
  server.on('connection', (socket) => {
    indexes.set(socket, connections.push(0) - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, connections };
}

/** Waits until a connection is idle again. */
const waitUntilIdle = async () => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
};

const ADDRESS = address('5.6.7.8');
const CHECK = JSON.stringify({ data: { ipAddress: ADDRESS.value, abuseConfidenceScore: 7 } });
const checkAt = (baseUrl: string) =>
  createCheck({ baseUrl, maxAgeInDays: 30, timeout: 30 * SECOND, now: () => NOON });

describe('AbuseIPDB', () => {
  test.each([
    ['reset', RESET],
    ['closed', CLOSE],
    ['closed after a 408', REQUEST_TIMEOUT],
  ])('a request on a reused connection that is %s is sent again on a new one', async (_, drop) => {
    const server = await startDroppingServer(CHECK, drop);
    const check = checkAt(server.url);
    for (let number = 0; number < 3; number += 1) {
      expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
      await waitUntilIdle();
    }
    expect(server.connections).toEqual([2, 2, 1]);
  });

  test('after one dropped connection all idle ones are closed', async () => {
    const server = await startDroppingServer(CHECK, RESET);
    const check = checkAt(server.url);
    await Promise.all(Array.from({ length: 4 }, () => check(ADDRESS, 'key')));
    await waitUntilIdle();
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(server.connections).toHaveLength(5);
    expect(server.connections.filter((requests) => requests === 2)).toHaveLength(1);
  });

  test.each([
    ['reset', RESET],
    ['closed', CLOSE],
  ])('a new connection that is %s is a failure, without a retry', async (_, drop) => {
    const server = await startDroppingServer(CHECK, drop, 0);
    expect(await checkAt(server.url)(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    expect(server.connections).toEqual([1]);
  });

  test('408 on a new connection is a failure, without a retry', async () => {
    const server = await startDroppingServer(CHECK, REQUEST_TIMEOUT, 0);
    expect(await checkAt(server.url)(ADDRESS, 'key')).toEqual({ cause: 'upstream', status: 408 });
    expect(server.connections).toEqual([1]);
  });

  test('a second attempt that fails is a failure', async () => {
    let hasResponded = false;
    const server = await startServer((request, response) => {
      if (hasResponded) return request.socket.resetAndDestroy();
      hasResponded = true;
      response.end(CHECK);
    });
    cleanups.push(() => server.close());
    const check = checkAt(server.url);
    await check(ADDRESS, 'key');
    await waitUntilIdle();
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    expect(server.requests).toBe(3);
  });

  test('a truncated response is a failure, even on a reused connection', async () => {
    const server = await startDroppingServer(CHECK, TRUNCATED_RESPONSE);
    const check = checkAt(server.url);
    await check(ADDRESS, 'key');
    await waitUntilIdle();
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream', status: undefined });
    expect(server.connections).toEqual([2]);
  });

  test('a request that is sent again counts as one successful check', async () => {
    const body = ({ url }: IncomingMessage) => {
      const ipAddress = new URL(`http://x${url}`).searchParams.get('ipAddress');
      return JSON.stringify({ data: { ipAddress, abuseConfidenceScore: 7 } });
    };
    const server = await startDroppingServer(body, RESET);
    const dynamoDb = await startServer((_, response) => response.end('{}'));
    const client = createDynamoDbClient(localDynamoDb(dynamoDb.url));
    cleanups.push(
      () => client.destroy(),
      () => dynamoDb.close(),
    );
    const events: unknown[] = [];
    const reputation = new ReputationLookup({
      now: () => NOON,
      baseUrl: server.url,
      key: () => 'key',
      abuseIpdbTimeout: 30 * SECOND,
      cacheReadTimeout: 30 * SECOND,
      cache: { client, tableName: 'any' },
      hooks: {
        onCheck: (report) => events.push(report),
        onCircuitChange: (state) => events.push(state),
      },
    });
    for (let number = 0; number < 3; number += 1) {
      expect(await lookup(reputation, newAddress())).toMatchObject({
        score: 7,
        source: 'abuseipdb',
      });
      await waitUntilIdle();
    }
    await reputation.settle();
    const success = { status: 200, milliseconds: expect.any(Number) };
    expect(events).toEqual([success, success, success]);
    expect(server.connections).toEqual([2, 2, 1]);
  });
});

describe('DynamoDB', () => {
  const get = new GetItemCommand({ TableName: 'any', Key: { address: { S: 'x' } } });
  const clientOf = (url: string) => {
    const client = createDynamoDbClient({ ...localDynamoDb(url), timeout: 30 * SECOND });
    cleanups.push(() => client.destroy());
    return client;
  };

  test.each([
    ['reset', RESET],
    ['closed', CLOSE],
  ])('a request on a reused connection that is %s is sent again on a new one', async (_, drop) => {
    const server = await startDroppingServer('{"Item":{"address":{"S":"x"}}}', drop);
    const client = clientOf(server.url);
    for (let number = 0; number < 3; number += 1) {
      expect(await client.send(get)).toMatchObject({ Item: { address: { S: 'x' } } });
      await waitUntilIdle();
    }
    expect(server.connections).toEqual([2, 2, 1]);
  });

  test('a new connection that is reset is a failure, without a retry', async () => {
    const server = await startDroppingServer('{}', RESET, 0);
    await expect(clientOf(server.url).send(get)).rejects.toThrow(/ECONNRESET/);
    expect(server.connections).toEqual([1]);
  });
});
