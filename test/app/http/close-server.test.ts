import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { closeServer } from '../../../app/src/http/close-server.ts';
import { createServer, listen } from '../../../app/src/http/server.ts';
import { head, openConnection, readToEnd, statusesOf } from '../../support/raw-http.ts';

const BODY = '{}';
const REQUEST = head(`Content-Length: ${BODY.length}`) + BODY;
/** Milliseconds; longer than a test lasts. */
const LONG = 300_000;

/** A server on its way out, whose decisions take until `decide` is called. */
async function drainingServer() {
  let draining = false;
  const waiting: (() => void)[] = [];
  const app = createServer({
    authenticator: { accepts: () => true, update: () => undefined, challenge: '' },
    handleAction: async (body) => {
      if (draining && body !== BODY) await new Promise<void>((resolve) => waiting.push(resolve));
      return { body: '{"actionStatus":"SUCCESS"}', decisionId: 'id' };
    },
    onRejected: () => undefined,
    onFault: () => undefined,
    isDraining: () => draining,
  });
  const { server, port } = await listen(app, 0);
  /** A connection that has had an answer, and is kept alive. */
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
    decide: () => waiting.splice(0).forEach((resolve) => void resolve()),
    isAsked: async () => {
      while (waiting.length === 0) await new Promise(setImmediate);
    },
  };
}

describe('What has reached the machine when the server closes is answered', () => {
  test('a request on a connection that was idle', async () => {
    const { server, idleConnection, drain } = await drainingServer();
    const connections = await Promise.all(Array.from({ length: 20 }, idleConnection));
    const answers = connections.map(readToEnd);
    drain();
    for (const connection of connections) connection.write(REQUEST);
    await closeServer(server, LONG);
    for (const answer of answers) expect(statusesOf(await answer)).toEqual([200]);
  });

  test('a connection that nobody has accepted yet', async () => {
    const { server, port, drain } = await drainingServer();
    drain();
    const connection = connect({ port, host: '127.0.0.1' });
    const answer = readToEnd(connection);
    connection.write(REQUEST);
    // It is only now that the system is told to connect.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    await closeServer(server, LONG);
    expect(statusesOf(await answer)).toEqual([200]);
  });

  test('a request whose decision takes a while', async () => {
    const { server, idleConnection, drain, decide, isAsked } = await drainingServer();
    const connection = await idleConnection();
    const answer = readToEnd(connection);
    drain();
    connection.write(`${head('Content-Length: 4')}slow`);
    await isAsked();
    const closed = closeServer(server, LONG);
    decide();
    await closed;
    expect(await answer).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*connection: close\r\n/i);
  });
});

test('A connection that is idle gets a regular end', async () => {
  const { server, idleConnection, drain } = await drainingServer();
  const connection = await idleConnection();
  const errors: unknown[] = [];
  connection.on('error', (error) => errors.push(error));
  const ended = once(connection.resume(), 'end');
  drain();
  await closeServer(server, LONG);
  await ended;
  expect(errors).toEqual([]);
});

test('A request that does not become whole is given up when the grace is over', async () => {
  const { server, idleConnection, drain } = await drainingServer();
  const connection = await idleConnection();
  const answer = readToEnd(connection);
  drain();
  connection.write(head('Content-Length: 100'));
  await closeServer(server, 50);
  expect(await answer).toBe('');
});
