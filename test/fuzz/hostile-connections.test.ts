import { once } from 'node:events';
import { Server } from 'node:http';
import { PLAIN_SUCCESS } from '../../app/src/action/response.ts';
import { createApp } from '../../app/src/http/app.ts';
import { listen } from '../../app/src/http/server.ts';
import { payload } from '../support/payloads.ts';
import { exchange, head, openConnection, readToEnd, statusesOf } from '../support/raw-http.ts';
import { type RunningService, startTestService } from '../support/running-service.ts';
import { issuesInLine } from './log-line.ts';

const VALID = payload('01');
const LENGTH = `Content-Length: ${Buffer.byteLength(VALID)}`;
const CLOSE = 'Connection: close';

let service: RunningService;
let port: number;

beforeAll(async () => {
  service = await startTestService();
  port = Number(new URL(service.origin).port);
});

afterAll(() => service.stop());

const headers = (count: number) =>
  Array.from({ length: count }, (_, index) => `X-${index}: ${index}`);
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const CHUNKED = head('Transfer-Encoding: chunked', CLOSE);
const LAST = '0\r\n\r\n';

describe('a valid HTTP request is decided, however it is sent', () => {
  test.each<[string, readonly string[]]>([
    ['at once', [head(LENGTH, CLOSE) + VALID]],
    ['byte by byte', [...(head(LENGTH, CLOSE) + VALID)]],
    ['in chunks', [CHUNKED, chunk(VALID.slice(0, 700)), chunk(VALID.slice(700)), LAST]],
    ['in chunks of one byte', [CHUNKED + [...VALID].map(chunk).join('') + LAST]],
    [
      'in chunks with extensions and trailers',
      [CHUNKED, `${VALID.length.toString(16)};a=b\r\n${VALID}\r\n`, '0\r\nX: y\r\n\r\n'],
    ],
    ['with 100 headers', [head(...headers(100), LENGTH, CLOSE) + VALID]],
    ['with a header of 8 KB', [head(`X-Long: ${'a'.repeat(8192)}`, LENGTH, CLOSE) + VALID]],
    ['with a header in Latin-1', [head('X-Name: \u00e9', LENGTH, CLOSE) + VALID]],
    [
      'with headers named like properties of objects',
      [head('__proto__: x', 'constructor: y', 'toString: z', LENGTH, CLOSE) + VALID],
    ],
  ])('%s', async (_, pieces) => {
    expect(statusesOf(await exchange(port, pieces))).toEqual([200]);
  });

  test('two in one packet, in their order', async () => {
    const read = await exchange(port, [
      `${head(LENGTH)}${VALID}${head('Content-Length: 2', CLOSE)}[]`,
    ]);
    expect(statusesOf(read)).toEqual([200, 400]);
  });

  test('with Expect: 100-continue', async () => {
    const read = await exchange(port, [head('Expect: 100-continue', LENGTH, CLOSE), VALID]);
    expect(statusesOf(read)).toEqual([100, 200]);
  });
});

describe('an invalid or oversized HTTP request affects its own connection only', () => {
  test.each<[string, number, string]>([
    ['a header of 64 KB', 431, head(`X-Long: ${'a'.repeat(65_536)}`, LENGTH, CLOSE) + VALID],
    ['4,000 headers', 431, head(...headers(4000), LENGTH, CLOSE) + VALID],
    ['a path of 64 KB', 431, `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['no host', 400, `GET /healthz HTTP/1.1\r\n\r\n`],
    ['a length and chunks', 400, head(LENGTH, 'Transfer-Encoding: chunked', CLOSE) + LAST],
    ['two lengths', 400, head('Content-Length: 1', LENGTH, CLOSE) + VALID],
    ['a negative length', 400, head('Content-Length: -1', CLOSE)],
    ['an invalid chunk size', 400, `${CHUNKED}zz\r\n`],
    ['an excessive chunk size', 400, `${CHUNKED}${'f'.repeat(40)}\r\n`],
    ['NUL in a header', 400, head('X-Name: a\0b', LENGTH, CLOSE) + VALID],
    ['a line feed in a header', 400, head('X-Name: a\n\rb', LENGTH, CLOSE) + VALID],
    ['a space before the colon', 400, head('X-Name : a', LENGTH, CLOSE) + VALID],
    ['TLS', 400, '\x16\x03\x01\x02\x00\x01\x00'],
  ])('%s: %i', async (_, status, request) => {
    const [first] = statusesOf(await exchange(port, [request]));
    expect(first).toBe(status);
    expect((await service.post(VALID)).status).toBe(200);
  });

  test('a client that disconnects within its body', async () => {
    const socket = await openConnection(port);
    socket.write(head(LENGTH) + VALID.slice(0, 100));
    socket.resetAndDestroy();
    await once(socket, 'close');
    expect((await service.post(VALID)).status).toBe(200);
  });

  test('the log is whole all the same, and has no fault of ours', () => {
    expect(service.lines.flatMap(issuesInLine)).toEqual([]);
    expect(service.lines.filter((line) => line.includes('"event":"internal-error"'))).toEqual([]);
  });
});

describe('A request that never becomes whole is ended by the server', () => {
  test.each([
    ['headers', (at: number) => `X-${at}: slow\r\n`, head().trimEnd().concat('\r\n')],
    ['body', () => ' ', head('Content-Length: 1000')],
    ['chunks', () => chunk(' '), CHUNKED],
  ])('slow %s', async (_, piece, start) => {
    const { server, port, answered } = await startServer();
    const connection = await openConnection(port);
    const read = readToEnd(connection);
    let at = 0;
    connection.write(start);
    const drip = setInterval(() => connection.write(piece(at++)), 20);
    try {
      // Others are served meanwhile.
      expect(statusesOf(await exchange(port, [head(LENGTH, CLOSE) + VALID]))).toEqual([200]);
      expect(statusesOf(await read)).toEqual([408]);
      expect(answered).toEqual([VALID]);
    } finally {
      clearInterval(drip);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

/** A server as in production, but less patient. */
async function startServer(): Promise<{ server: Server; port: number; answered: string[] }> {
  const answered: string[] = [];
  const app = createApp({
    authenticator: { accepts: () => true, update: () => undefined, challenge: '' },
    async handleAction(body) {
      answered.push(body);
      return PLAIN_SUCCESS;
    },
    onRejected: () => undefined,
    onInternalError: () => undefined,
    isDraining: () => false,
  });
  const { server, port } = await listen(app, 0);
  if (!(server instanceof Server)) throw new Error('This is no server of node:http.');
  // Without a limit of its own, the shorter one below would prove nothing of production.
  expect(server.requestTimeout).toBeGreaterThan(0);
  expect(server.requestTimeout).toBeLessThanOrEqual(10_000);
  server.requestTimeout = 300;
  server.headersTimeout = 300;
  return { server, port, answered };
}
