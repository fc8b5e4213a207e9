import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PLAIN_SUCCESS } from '../../../app/src/action/response.ts';
import { closeServer } from '../../../app/src/http/close-server.ts';
import { startTestApp } from '../../support/http-app.ts';
import { head, openConnection, readToEnd, statusesOf } from '../../support/raw-http.ts';

const BODY = '{}';
const REQUEST = head(`Content-Length: ${BODY.length}`) + BODY;
/** Longer than a test takes. */
const LONG_GRACE_MS = 300_000;

/** Starts a server that can drain. While it does, the decision on a body other than `BODY` waits for `decide`. */
async function startDrainableServer() {
  let draining = false;
  const pending: (() => void)[] = [];
  const { server, port } = await startTestApp({
    handleAction: async (body) => {
      if (draining && body !== BODY) await new Promise<void>((resolve) => pending.push(resolve));
      return PLAIN_SUCCESS;
    },
    isDraining: () => draining,
  });
  /** Opens a connection, sends one request, and keeps it alive. */
  const idleConnection = async (): Promise<Socket> => {
    const socket = await openConnection(port);
    socket.write(REQUEST);
    await once(socket, 'data');
    return socket;
  };
  return {
    server,
    port,
    idleConnection,
    drain: () => {
      draining = true;
    },
    decide: () => pending.splice(0).forEach((resolve) => void resolve()),
    decisionBegins: async () => {
      while (pending.length === 0) await new Promise(setImmediate);
    },
  };
}

describe('a server that closes still responds to', () => {
  test('requests on connections that were idle', async () => {
    const { server, idleConnection, drain } = await startDrainableServer();
    const connections = await Promise.all(Array.from({ length: 20 }, idleConnection));
    const responses = connections.map(readToEnd);
    drain();
    for (const connection of connections) connection.write(REQUEST);
    await closeServer(server, LONG_GRACE_MS);
    for (const response of responses) expect(statusesOf(await response)).toEqual([200]);
  });

  test('a request on a connection that is not accepted yet', async () => {
    const { server, port, drain } = await startDrainableServer();
    drain();
    const connection = connect({ port, host: '127.0.0.1' });
    const response = readToEnd(connection);
    connection.write(REQUEST);
    // Node connects in the next tick.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await closeServer(server, LONG_GRACE_MS);
    expect(statusesOf(await response)).toEqual([200]);
  });

  test('a request that is still being decided on', async () => {
    const { server, idleConnection, drain, decide, decisionBegins } = await startDrainableServer();
    const connection = await idleConnection();
    const response = readToEnd(connection);
    drain();
    connection.write(`${head('Content-Length: 4')}slow`);
    await decisionBegins();
    const closed = closeServer(server, LONG_GRACE_MS);
    decide();
    await closed;
    expect(await response).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*connection: close\r\n/i);
  });
});

test('an idle connection is ended without an error', async () => {
  const { server, idleConnection, drain } = await startDrainableServer();
  const connection = await idleConnection();
  const errors: unknown[] = [];
  connection.on('error', (error) => errors.push(error));
  const ended = once(connection.resume(), 'end');
  drain();
  await closeServer(server, LONG_GRACE_MS);
  await ended;
  expect(errors).toEqual([]);
});

test('an incomplete request is dropped after the grace period', async () => {
  const { server, idleConnection, drain } = await startDrainableServer();
  const connection = await idleConnection();
  const response = readToEnd(connection);
  drain();
  connection.write(head('Content-Length: 100'));
  await closeServer(server, 50);
  expect(await response).toBe('');
});
