import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { duplexPair } from 'node:stream';
import { RequestError } from '../../../app/src/action/request.ts';
import type { ActionAnswer } from '../../../app/src/http/action-endpoint.ts';
import { createServer, listen } from '../../../app/src/http/server.ts';
import { exchange, head } from '../../support/raw-http.ts';

/** What Node's own buffers for a connection hold no part of. */
const LARGE = `{"padding":"${'é'.repeat(4_000_000)}"}`;

const BODY = '{}';
const LENGTH = `Content-Length: ${BODY.length}`;

let server: Server;
let port: number;
let draining = false;
/** Decisions under way, by the order in which they were asked for. */
let waiting: ((answer: ActionAnswer) => void)[] = [];
let act: () => Promise<ActionAnswer>;
let accepts: () => boolean;

beforeAll(async () => {
  const made = createServer({
    authenticator: { accepts: () => accepts(), update: () => undefined, challenge: 'ApiKey' },
    handleAction: () => act(),
    onRejected: () => undefined,
    onFault: () => undefined,
    isDraining: () => draining,
  });
  ({ server, port } = await listen(made, 0));
});

beforeEach(() => {
  draining = false;
  waiting = [];
  accepts = () => true;
  act = async () => ({ body: '{"actionStatus":"SUCCESS"}', decisionId: 'an-id' });
});

afterAll(() => void server.close());

/** Head and body of each answer in what was read. */
function answersIn(read: string): { head: string; body: string }[] {
  return read
    .split(/(?=HTTP\/1\.1 \d{3} )/)
    .map((answer) => answer.split('\r\n\r\n'))
    .map(([head = '', body = '']) => ({ head, body }));
}

const id = (answer: { head: string }) => /x-decision-id: (.*)/.exec(answer.head)?.[1];

test('requests sent together are answered in their order, whichever is decided first', async () => {
  act = () => new Promise((resolve) => waiting.push(resolve));
  const read = exchange(port, [
    head(LENGTH) + BODY + head(LENGTH) + BODY + head(LENGTH, 'Connection: close') + BODY,
  ]);
  while (waiting.length < 3) await new Promise((resolve) => setImmediate(resolve));
  for (const at of [2, 0, 1]) waiting[at]?.({ body: `{"at":${at}}`, decisionId: `id-${at}` });
  const answers = answersIn(await read);
  expect(answers.map(({ body }) => body)).toEqual(['{"at":0}', '{"at":1}', '{"at":2}']);
  expect(answers.map(id)).toEqual(['id-0', 'id-1', 'id-2']);
});

test('requests that arrive together are read, then decided one by one, then answered', async () => {
  const steps: string[] = [];
  // Behind three that were read, and one that was decided.
  const THE_SECOND = 6;
  accepts = () => {
    steps.push('read');
    return true;
  };
  act = async () => {
    const at = steps.push('begun');
    await undefined;
    steps.push('decided');
    if (at === THE_SECOND) throw new RequestError('No request.');
    return { body: '{}', decisionId: 'an-id' };
  };
  const watch = (_: unknown, outgoing: ServerResponse) => {
    const writeHead = outgoing.writeHead.bind(outgoing);
    outgoing.writeHead = ((status: number, headers: string[]) => {
      steps.push(`${status}`);
      return writeHead(status, headers);
    }) as typeof outgoing.writeHead;
  };
  server.prependListener('request', watch);
  const ends = [0, 1, 2].map(() => {
    // In memory, so that what is sent in one turn of the event loop arrives in one.
    const [connection, client] = duplexPair();
    server.emit('connection', connection);
    client.resume().write(head(LENGTH, 'Connection: close') + BODY);
    return once(client, 'end');
  });
  await Promise.all(ends);
  server.off('request', watch);
  expect(steps).toEqual([
    ...['read', 'read', 'read'],
    ...['begun', 'decided', 'begun', 'decided', '400', 'begun', 'decided'],
    ...['200', '200'],
  ]);
});

test('an answer that no buffer holds arrives whole', async () => {
  act = async () => ({ body: LARGE, decisionId: 'large' });
  const [answer] = answersIn(await exchange(port, [head(LENGTH, 'Connection: close') + BODY]));
  const length = Buffer.byteLength(LARGE);
  expect(answer?.head).toContain(`content-length: ${length}\r\n`);
  // Read as Latin-1, each byte is a character.
  expect(answer?.body.length).toBe(length);
  expect(Buffer.from(answer?.body ?? '', 'latin1').equals(Buffer.from(LARGE))).toBe(true);
});

test('HEAD is told that the action is asked with POST, in a head alone', async () => {
  const asked = head('Connection: close').replace('POST', 'HEAD');
  const [answer, ...more] = answersIn(await exchange(port, [asked]));
  expect(answer?.head).toMatch(/^HTTP\/1\.1 405 /);
  expect(answer?.head).toMatch(/\r\nallow: POST\r\n/);
  expect(answer?.body).toBe('');
  expect(more).toEqual([]);
});

test('while the service drains, an answer ends the connection that it goes out on', async () => {
  draining = true;
  const [answer, ...more] = answersIn(await exchange(port, [head(LENGTH) + BODY]));
  expect(answer?.head).toMatch(/\r\nConnection: close$/);
  expect(answer?.body).toBe('{"actionStatus":"SUCCESS"}');
  expect(more).toEqual([]);
});

test('an answer is one piece to the connection, head and body', async () => {
  const pieces = new Promise<number>((resolve) => {
    server.once('connection', (socket) => {
      let writes = 0;
      const write = socket._write.bind(socket);
      socket._write = (...args) => {
        writes += 1;
        write(...args);
      };
      const writev = socket._writev?.bind(socket);
      socket._writev = (...args) => {
        writes += 100;
        writev?.(...args);
      };
      socket.once('close', () => resolve(writes));
    });
  });
  await exchange(port, [head(LENGTH, 'Connection: close') + BODY]);
  expect(await pieces).toBe(1);
});
