import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { createCheck } from '../../../../../app/src/signals/reputation/abuseipdb/check.ts';
import { address, NOON, SECOND } from '../harness.ts';

const ADDRESS = address('5.6.7.8');
const OTHER = address('9.9.9.9');
const MIB = 1024 * 1024;

const bodyFor = (ipAddress: string, score: number) =>
  JSON.stringify({ data: { ipAddress, abuseConfidenceScore: score } });
const BODY = bodyFor(ADDRESS.value, 96);
const OK = 'HTTP/1.1 200 OK\r\n';

/** Returns a response with a content-length, and additional headers. */
function response(body: string | Buffer, headers = '', status = '200 OK'): Buffer {
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n${headers}`;
  return Buffer.concat([
    Buffer.from(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`, 'latin1'),
    Buffer.from(body),
  ]);
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

interface RawServer {
  readonly url: string;
  readonly sockets: Socket[];
}

/** Starts a server that calls `respond` when a request has arrived. */
async function startRaw(respond: (socket: Socket, data: Buffer) => void): Promise<RawServer> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (data) => respond(socket, data));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}

/** The default timeout is long, so that a busy machine does not cause one. */
const checkAt = (baseUrl: string, timeout = 30 * SECOND) =>
  createCheck({ baseUrl, maxAgeInDays: 30, timeout, now: () => NOON });

async function checkOf(bytes: string | Buffer, { end = false } = {}) {
  const { url } = await startRaw((socket) => (end ? socket.end(bytes) : socket.write(bytes)));
  return checkAt(url)(ADDRESS, 'key');
}

describe('a valid record is accepted with', () => {
  const CHUNKED = `${OK}transfer-encoding: chunked\r\n`;
  test.each<[string, string | Buffer]>([
    ['no content type', `${OK}content-length: ${BODY.length}\r\n\r\n${BODY}`],
    ['HTML as content type', response(BODY, 'content-type: text/html\r\n')],
    ['a byte order mark', response(`\ufeff${BODY}`)],
    ['white space around the body', response(` \n${BODY}\r\n`)],
    ['interim responses before the final one', `HTTP/1.1 103 Early Hints\r\n\r\n${response(BODY)}`],
    [
      'chunks of one byte',
      `${CHUNKED}\r\n${[...BODY].map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`,
    ],
    [
      'trailers',
      `${CHUNKED}trailer: x-a\r\n\r\n${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nx-a: b\r\n\r\n`,
    ],
    ['a negative quota', response(BODY, 'x-ratelimit-remaining: -5\r\n')],
    ['a huge quota', response(BODY, `x-ratelimit-remaining: ${'9'.repeat(400)}\r\n`)],
    ['two quotas', response(BODY, 'x-ratelimit-limit: 5\r\nx-ratelimit-limit: 7\r\n')],
    ['a quota in hexadecimal', response(BODY, 'x-ratelimit-limit: 0x10\r\n')],
    ['a cookie', response(BODY, 'set-cookie: a=b\r\n')],
    [
      'bytes in a string that are not valid UTF-8',
      response(Buffer.from(BODY.replace('}', ',"isp":"\xff"}'), 'latin1')),
    ],
    ['gzip in spite of identity', response(gzipSync(BODY), 'content-encoding: gzip\r\n')],
    ['deflate in spite of identity', response(deflateSync(BODY), 'content-encoding: Deflate\r\n')],
    ['brotli in spite of identity', response(brotliCompressSync(BODY), 'content-encoding: br\r\n')],
    ['the encoding identity', response(BODY, 'content-encoding: identity\r\n')],
  ])('%s', async (_, bytes) => {
    const result = await checkOf(bytes);
    expect(result).toMatchObject({ record: { score: 96 } });
    expect(result).not.toHaveProperty('quotaRemaining');
    expect(result).not.toHaveProperty('quotaLimit');
  });

  test('a body that ends when its connection closes', async () => {
    const result = await checkOf(`HTTP/1.0 200 OK\r\n\r\n${BODY}`, { end: true });
    expect(result).toMatchObject({ record: { score: 96 } });
  });
});

describe('a check fails with upstream for', () => {
  const CLOSED = { end: true };
  test.each<[string, string | Buffer, { end?: boolean }?]>([
    ['fewer bytes than the content-length', `${OK}content-length: 500\r\n\r\n${BODY}`, CLOSED],
    ['a content-length that truncates the body', `${OK}content-length: 20\r\n\r\n${BODY}`],
    ['two content-lengths', `${OK}content-length: 1\r\ncontent-length: 500\r\n\r\n${BODY}`],
    ['a negative content-length', `${OK}content-length: -1\r\n\r\n${BODY}`],
    ['a content-length of 30 digits', `${OK}content-length: ${'9'.repeat(30)}\r\n\r\n${BODY}`],
    ['a content-length above the limit', `${OK}content-length: 300000\r\n\r\n${BODY}`],
    [
      'a content-length and chunks',
      `${OK}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a chunk without a valid size', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n`],
    ['chunks without an end', `${OK}transfer-encoding: chunked\r\n\r\n5\r\n{"dat`, CLOSED],
    ['a header with NUL', response(BODY, 'x-a: b\0c\r\n')],
    ['a header line without a name', response(BODY, ': b\r\n')],
    ['a folded header', response(BODY, 'x-a: b\r\n c\r\n d: \0\r\n')],
    ['headers of 20 KB', response(BODY, `x-a: ${'b'.repeat(20_000)}\r\n`)],
    ['2,000 headers', response(BODY, 'x-a: b12345678\r\n'.repeat(2000))],
    ['nothing', '', CLOSED],
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', CLOSED],
    ['a status of four digits', response(BODY, '', '2000 OK')],
    ['interim responses only', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(20)],
    [
      'a switch of protocols',
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    ],
    ['an empty body', response('')],
    ['UTF-16', response(Buffer.from(`\ufeff${BODY}`, 'utf16le'))],
    ['two bodies', response(BODY + BODY)],
    ['a body that is not gzip', response(BODY, 'content-encoding: gzip\r\n')],
    ['truncated gzip', response(gzipSync(BODY).subarray(0, 30), 'content-encoding: gzip\r\n')],
    ['two layers of gzip', response(gzipSync(gzipSync(BODY)), 'content-encoding: gzip, gzip\r\n')],
    ['an unknown encoding', response(BODY, 'content-encoding: zstd\r\n')],
    ['an encoding with the name of a method', response(BODY, 'content-encoding: toString\r\n')],
    ['gzip without content-encoding', response(gzipSync(BODY))],
  ])('%s', async (_, bytes, options = {}) => {
    expect(await checkOf(bytes, options)).toMatchObject({ cause: 'upstream' });
  });

  test.each([201, 202, 203, 204, 206, 300, 301, 304, 307, 400, 404, 500, 503, 599])(
    'status %i with a valid body',
    async (status) => {
      const bytes = response(BODY, 'location: /elsewhere\r\n', `${status} Whatever`);
      expect(await checkOf(bytes)).toEqual({ cause: 'upstream', status });
    },
  );
});

describe('the size limit stops', () => {
  const ZEROS = Buffer.alloc(64 * MIB);
  const FAST = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
  const padded = Buffer.from(BODY.padEnd(64 * MIB));

  test.each<[string, string, () => Buffer]>([
    ['gzip', 'gzip', () => gzipSync(ZEROS)],
    ['gzip of a valid body with spaces', 'gzip', () => gzipSync(padded)],
    ['deflate', 'deflate', () => deflateSync(ZEROS)],
    ['brotli', 'br', () => brotliCompressSync(ZEROS, FAST)],
    ['two layers', 'gzip, gzip', () => gzipSync(gzipSync(ZEROS))],
    ['many layers', Array(9).fill('gzip').join(', '), () => gzipSync(gzipSync(ZEROS))],
  ])('a decompression bomb of %s at the limit', async (_, encoding, bomb) => {
    const before = process.memoryUsage().arrayBuffers;
    const result = await checkOf(response(bomb(), `content-encoding: ${encoding}\r\n`));
    expect(result).toEqual({ cause: 'upstream', status: 200 });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * MIB);
  });

  test.each([
    ['a large compressed body', 'content-encoding: gzip\r\n'],
    ['an endless body', ''],
  ])('%s early', async (_, headers) => {
    const piece = Buffer.alloc(64 * 1024, ' ');
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]);
    const { url, sockets } = await startRaw((socket) => {
      socket.write(`${OK}${headers}transfer-encoding: chunked\r\n\r\n`);
      const more = () => {
        if (!socket.destroyed) socket.write(chunk, () => setImmediate(more));
      };
      more();
    });
    expect(await checkAt(url)(ADDRESS, 'key')).toEqual({ cause: 'upstream', status: 200 });
    const [socket] = sockets;
    await new Promise((resolve) => (socket?.closed ? resolve(0) : socket?.once('close', resolve)));
    // Above the limit, because both ends of the connection have buffers.
    expect(socket?.bytesWritten).toBeLessThan(64 * MIB);
  });
});

describe('two responses on one connection', () => {
  test.each([
    ['to one request', response(BODY), response(bodyFor(ADDRESS.value, 0))],
    ['the second for another address', response(BODY), response(bodyFor('1.1.1.1', 0))],
  ])('%s: no address gets the score of another one', async (_, first, second) => {
    const { url } = await startRaw((socket) => socket.write(Buffer.concat([first, second])));
    const check = checkAt(url);
    expect(await check(ADDRESS, 'key')).toMatchObject({ record: { score: 96 } });
    await new Promise(setImmediate);
    expect(await check(OTHER, 'key')).not.toHaveProperty('record');
  });
});

describe('a response from a cache with the header', () => {
  const HOUR_S = 3600;
  test.each<[string, number, string, number | 'invalid']>([
    ['no age', 0, '', 0],
    ['an age of 0', 96, 'age: 0', 0],
    ['age of a fresh low score', 0, `age: ${6 * HOUR_S - 1}`, 6 * HOUR_S - 1],
    ['age of a stale low score', 0, `age: ${6 * HOUR_S}`, 'invalid'],
    ['age of a fresh elevated score', 25, `age: ${HOUR_S - 1}`, HOUR_S - 1],
    ['age of a stale elevated score', 25, `age: ${HOUR_S}`, 'invalid'],
    ['age of a fresh high score', 96, `Age: ${2 * HOUR_S - 1}`, 2 * HOUR_S - 1],
    ['age of a stale high score', 96, `age: ${2 * HOUR_S}`, 'invalid'],
    ['an age of ten days', 0, 'age: 864000', 'invalid'],
    ['an age of 400 digits', 0, `age: ${'9'.repeat(400)}`, 'invalid'],
    ['two ages, of which the first counts', 0, 'age: 864000\r\nage: 0', 'invalid'],
    ['two comma-separated ages', 0, 'age: 864000, 0', 'invalid'],
    ['a negative age, which RFC 9111 ignores', 0, 'age: -5', 0],
    ['an age that is not a number', 0, 'age: old', 0],
  ])('%s', async (_, score, header, age) => {
    const bytes = response(bodyFor(ADDRESS.value, score), header && `${header}\r\n`);
    const result = await checkOf(bytes);
    if (age === 'invalid') expect(result).toEqual({ cause: 'invalid', status: 200 });
    else expect(result).toMatchObject({ record: { score, checkedAt: NOON - age * SECOND } });
  });

  test('age is compared with configured TTLs', async () => {
    const { url } = await startRaw((socket) =>
      socket.write(response(bodyFor(ADDRESS.value, 0), 'age: 60\r\n')),
    );
    const ttl = { low: 0, elevated: 0, high: 0 };
    const limits = { ttl, maxStaleAge: 60_000, highScoreMemory: 60_000 };
    const options = { baseUrl: url, maxAgeInDays: 30, timeout: 30 * SECOND, now: () => NOON };
    expect(await createCheck({ ...options, limits })(ADDRESS, 'key')).toMatchObject({
      cause: 'invalid',
    });
  });
});

test('a check returns timeout for a slowly dripping body', async () => {
  const { url } = await startRaw((socket) => {
    socket.write(`${OK}content-length: 1000\r\n\r\n`);
    const timer = setInterval(() => socket.write(' '), 10);
    socket.on('close', () => clearInterval(timer));
  });
  expect(await checkAt(url, 200)(ADDRESS, 'key')).toEqual({ cause: 'timeout' });
});

test('a check requests no compression and no cached response, and identifies the client', async () => {
  let request = '';
  const { url } = await startRaw((socket, data) => {
    request += data.toString('latin1');
    socket.end(response(BODY));
  });
  await checkAt(`${url}/api`)(ADDRESS, 'key');
  expect(request).toMatch(/^GET \/api\/check\?ipAddress=5\.6\.7\.8&maxAgeInDays=30 HTTP\/1\.1\r\n/);
  expect(request).toMatch(/^accept-encoding: identity\r$/im);
  expect(request).toMatch(/^cache-control: no-cache\r$/im);
  expect(request).toMatch(/^user-agent: \S+\r$/im);
});
