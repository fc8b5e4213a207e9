import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { duplexPair } from 'node:stream';
import { RequestError } from '../../../app/src/action/request.ts';
import { PLAIN_SUCCESS } from '../../../app/src/action/response.ts';
import type { HandleAction } from '../../../app/src/http/handle-action.ts';
import { type RunningApp, startTestApp } from '../../support/http-app.ts';
import { exchange, head } from '../../support/raw-http.ts';

/** Larger than all of Node's buffers for a connection. */
const LARGE = `{"padding":"${'é'.repeat(4_000_000)}"}`;

const BODY = '{}';
const LENGTH = `Content-Length: ${BODY.length}`;

let app: RunningApp;
let draining = false;
let handleAction: HandleAction;
let accepts: () => boolean;

beforeAll(async () => {
  app = await startTestApp({
    authenticator: { accepts: () => accepts(), update: () => undefined, challenge: 'ApiKey' },
    handleAction: (body, call) => handleAction(body, call),
    isDraining: () => draining,
  });
});

beforeEach(() => {
  draining = false;
  accepts = () => true;
  handleAction = async () => PLAIN_SUCCESS;
});

afterAll(() => void app.server.close());

/** Splits what was read from a connection into responses. */
function responsesIn(read: string): { head: string; body: string }[] {
  return read
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .map((response) => response.split('\r\n\r\n'))
    .map(([head = '', body = '']) => ({ head, body }));
}

const decisionIdOf = ({ head }: { head: string }) => /x-decision-id: (.*)/.exec(head)?.[1];

test('pipelined requests get their responses in order, whichever is decided first', async () => {
  const pending: ((body: string) => void)[] = [];
  const ids: string[] = [];
  handleAction = (_, { decisionId }) => {
    ids.push(decisionId);
    return new Promise((resolve) => pending.push(resolve));
  };
  const read = exchange(app.port, [
    head(LENGTH) + BODY + head(LENGTH) + BODY + head(LENGTH, 'Connection: close') + BODY,
  ]);
  while (pending.length < 3) await new Promise((resolve) => setImmediate(resolve));
  for (const index of [2, 0, 1]) pending[index]?.(`{"index":${index}}`);
  const responses = responsesIn(await read);
  expect(responses.map(({ body }) => body)).toEqual(['{"index":0}', '{"index":1}', '{"index":2}']);
  expect(responses.map(decisionIdOf)).toEqual(ids);
  expect(new Set(ids).size).toBe(3);
});

test('requests that arrive together are all read, then decided one by one, then responded to', async () => {
  const steps: string[] = [];
  // Behind three that were read, and one that was decided.
  const SECOND_BEGINS = 6;
  accepts = () => {
    steps.push('read');
    return true;
  };
  handleAction = async () => {
    const step = steps.push('begun');
    await undefined;
    steps.push('decided');
    if (step === SECOND_BEGINS) throw new RequestError('Not a request.');
    return BODY;
  };
  const recordStatus = (_: unknown, outgoing: ServerResponse) => {
    const writeHead = outgoing.writeHead.bind(outgoing);
    outgoing.writeHead = ((status: number, headers: string[]) => {
      steps.push(`${status}`);
      return writeHead(status, headers);
    }) as typeof outgoing.writeHead;
  };
  app.server.prependListener('request', recordStatus);
  const ends = [0, 1, 2].map(() => {
    // In memory, so that what is sent in one turn of the event loop arrives in one.
    const [connection, client] = duplexPair();
    app.server.emit('connection', connection);
    client.resume().write(head(LENGTH, 'Connection: close') + BODY);
    return once(client, 'end');
  });
  await Promise.all(ends);
  app.server.off('request', recordStatus);
  expect(steps).toEqual([
    ...['read', 'read', 'read'],
    ...['begun', 'decided', 'begun', 'decided', '400', 'begun', 'decided'],
    ...['200', '200'],
  ]);
});

test('a response larger than all buffers arrives complete', async () => {
  handleAction = async () => LARGE;
  const [response] = responsesIn(
    await exchange(app.port, [head(LENGTH, 'Connection: close') + BODY]),
  );
  const length = Buffer.byteLength(LARGE);
  expect(response?.head).toContain(`content-length: ${length}\r\n`);
  // Read as Latin-1, each byte is a character.
  expect(response?.body.length).toBe(length);
  expect(Buffer.from(response?.body ?? '', 'latin1').equals(Buffer.from(LARGE))).toBe(true);
});

test('HEAD gets the head of a 405 and no body', async () => {
  const request = head('Connection: close').replace('POST', 'HEAD');
  const [response, ...more] = responsesIn(await exchange(app.port, [request]));
  expect(response?.head).toMatch(/^HTTP\/1\.1 405 /);
  expect(response?.head).toMatch(/\r\nallow: POST\r\n/);
  expect(response?.body).toBe('');
  expect(more).toEqual([]);
});

test('while the service drains, a response closes its connection', async () => {
  draining = true;
  const [response, ...more] = responsesIn(await exchange(app.port, [head(LENGTH) + BODY]));
  expect(response?.head).toMatch(/\r\nconnection: close(?:\r\n|$)/i);
  expect(response?.body).toBe(PLAIN_SUCCESS);
  expect(more).toEqual([]);
});

test('head and body of a response are one write', async () => {
  const writes = new Promise<number>((resolve) => {
    app.server.once('connection', (socket) => {
      let count = 0;
      const write = socket._write.bind(socket);
      socket._write = (...args) => {
        count += 1;
        write(...args);
      };
      const writev = socket._writev?.bind(socket);
      socket._writev = (...args) => {
        count += 100;
        writev?.(...args);
      };
      socket.once('close', () => resolve(count));
    });
  });
  await exchange(app.port, [head(LENGTH, 'Connection: close') + BODY]);
  expect(await writes).toBe(1);
});
