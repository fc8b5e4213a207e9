import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createCheck } from '../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { createDynamoDbClient } from '../../../../app/src/signals/reputation/cache/dynamodb-client.ts';
import { ReputationLookup } from '../../../../app/src/signals/reputation/lookup.ts';
import { localDynamoDb } from '../../../support/dynamodb.ts';
import { address, lookup, NOON, newAddress, SECOND, startServer } from './harness.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

/** What becomes of a request on a connection that has answered one already. */
type Drop = (request: IncomingMessage, response: ServerResponse) => void;

const RESET: Drop = ({ socket }) => socket.resetAndDestroy();
const CLOSE: Drop = ({ socket }) => socket.destroy();
const REQUEST_TIMEOUT: Drop = (_, response) =>
  response.writeHead(408, { connection: 'close' }).end();
const HALF_A_RESPONSE: Drop = (request, response) => {
  response.writeHead(200, { 'content-length': 1000 });
  response.write('{"data":', () => request.socket.resetAndDestroy());
};

interface Server {
  readonly url: string;
  /** Requests on each connection, in the order in which they were opened. */
  readonly connections: number[];
}

/** A server that answers the first requests of a connection, and drops the next. */
async function startDroppingServer(
  body: string | ((request: IncomingMessage) => string),
  drop: Drop,
  answered = 1,
): Promise<Server> {
  const connections: number[] = [];
  const indexes = new WeakMap<Socket, number>();
  const server = createServer((request, response) => {
    const index = indexes.get(request.socket) ?? -1;
    const number = (connections[index] ?? 0) + 1;
    connections[index] = number;
    if (number > answered) return drop(request, response);
    response.setHeader('content-type', 'application/json');
    response.end(typeof body === 'string' ? body : body(request));
  });
  server.on('connection', (socket) => {
    indexes.set(socket, connections.push(0) - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, connections };
}

/** Until a connection that has answered is idle again. */
const idle = async () => {
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
    ['answered with 408 and closed', REQUEST_TIMEOUT],
  ])('a kept connection that is %s costs a new one, and nobody notices', async (_, drop) => {
    const server = await startDroppingServer(CHECK, drop);
    const check = checkAt(server.url);
    for (let number = 0; number < 3; number += 1) {
      expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
      await idle();
    }
    expect(server.connections).toEqual([2, 2, 1]);
  });

  test('one dropped connection costs no more than one new one, however many were kept', async () => {
    const server = await startDroppingServer(CHECK, RESET);
    const check = checkAt(server.url);
    await Promise.all(Array.from({ length: 4 }, () => check(ADDRESS, 'key')));
    await idle();
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 7 } });
    expect(server.connections).toHaveLength(5);
    expect(server.connections.filter((requests) => requests === 2)).toHaveLength(1);
  });

  test.each([
    ['reset', RESET],
    ['closed', CLOSE],
  ])('a new connection that is %s is a failure, and not tried again', async (_, drop) => {
    const server = await startDroppingServer(CHECK, drop, 0);
    expect(await checkAt(server.url)(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    expect(server.connections).toEqual([1]);
  });

  test('408 on a new connection is a failure, and not tried again', async () => {
    const server = await startDroppingServer(CHECK, REQUEST_TIMEOUT, 0);
    expect(await checkAt(server.url)(ADDRESS, 'key')).toEqual({ cause: 'upstream', status: 408 });
    expect(server.connections).toEqual([1]);
  });

  test('a second attempt that fails is a failure', async () => {
    let answered = false;
    const server = await startServer((request, response) => {
      if (answered) return request.socket.resetAndDestroy();
      answered = true;
      response.end(CHECK);
    });
    ends.push(() => server.close());
    const check = checkAt(server.url);
    await check(ADDRESS, 'key');
    await idle();
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream' });
    expect(server.requests).toBe(3);
  });

  test('a response that breaks off is a failure, on a kept connection too', async () => {
    const server = await startDroppingServer(CHECK, HALF_A_RESPONSE);
    const check = checkAt(server.url);
    await check(ADDRESS, 'key');
    await idle();
    expect(await check(ADDRESS, 'key')).toEqual({ cause: 'upstream', status: undefined });
    expect(server.connections).toEqual([2]);
  });

  test('counts as one check, and as no failure', async () => {
    const body = ({ url }: IncomingMessage) => {
      const ipAddress = new URL(`http://x${url}`).searchParams.get('ipAddress');
      return JSON.stringify({ data: { ipAddress, abuseConfidenceScore: 7 } });
    };
    const server = await startDroppingServer(body, RESET);
    const table = await startServer((_, response) => response.end('{}'));
    const client = createDynamoDbClient(localDynamoDb(table.url));
    ends.push(
      () => client.destroy(),
      () => table.close(),
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
      await idle();
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
    ends.push(() => client.destroy());
    return client;
  };

  test.each([
    ['reset', RESET],
    ['closed', CLOSE],
  ])('a kept connection that is %s costs a new one, and is no miss', async (_, drop) => {
    const server = await startDroppingServer('{"Item":{"address":{"S":"x"}}}', drop);
    const client = clientOf(server.url);
    for (let number = 0; number < 3; number += 1) {
      expect(await client.send(get)).toMatchObject({ Item: { address: { S: 'x' } } });
      await idle();
    }
    expect(server.connections).toEqual([2, 2, 1]);
  });

  test('a new connection that is reset is a failure, and not tried again', async () => {
    const server = await startDroppingServer('{}', RESET, 0);
    await expect(clientOf(server.url).send(get)).rejects.toThrow(/ECONNRESET/);
    expect(server.connections).toEqual([1]);
  });
});
