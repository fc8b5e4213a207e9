import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import type { Feed } from '../../../app/src/feeds/model/feed.ts';
import { FeedError } from '../../../app/src/feeds/model/feed-error.ts';
import type { FeedRequest } from '../../../app/src/feeds/model/feed-http.ts';
import { directAgents } from '../../../app/src/lib/agents.ts';
import { createFeedHttp } from '../../../app/src/refresher/http/feed-http.ts';
import type { Quotas } from '../../../app/src/refresher/quotas.ts';
import { type Publisher, type Respond, startPublisher } from './support/publisher.ts';

const SECRET = 'canary-5f1c';
const URL_WITH_SECRET = `https://source.test/file?token=${SECRET}`;
const REQUEST: FeedRequest = {
  headers: { Authorization: `Basic ${SECRET}`, 'If-None-Match': '"1"' },
  maxBytes: 1000,
  redirectHosts: ['cdn.test'],
};

let publisher: Publisher;
const agents = directAgents();
beforeAll(async () => {
  publisher = await startPublisher(['source.test', 'cdn.test', 'other.test']);
});
beforeEach(() => {
  publisher.requests.splice(0);
});
afterAll(async () => {
  agents.httpAgent.destroy();
  await publisher.close();
});

const taken: string[] = [];
const learned: string[] = [];
const quotas: Quotas = {
  take: async (feedId) => void taken.push(`${feedId} after ${publisher.requests.length} requests`),
  learnLimit: async (_, header) => void learned.push(header),
};

function createHttp(feed: Partial<Feed> = {}) {
  return createFeedHttp({ id: 'some-feed', ...feed } as Feed, {
    agents,
    mirrors: publisher.mirrors,
    quotas,
    readS3Object: async () => ({ status: 200, headers: {}, body: Buffer.from('from S3') }),
  });
}

const request = (changes: Partial<FeedRequest> = {}, url = URL_WITH_SECRET) =>
  createHttp().request(url, { ...REQUEST, ...changes });

const redirectTo =
  (location: string, status = 302): Respond =>
  (response) =>
    response.writeHead(status, { location }).end();

describe('responses', () => {
  test.each([
    ['as it is', {}, 'text'],
    ['compressed', { 'content-encoding': 'gzip' }, gzipSync('text')],
  ])('returns a body %s, with its headers', async (_, headers, body) => {
    publisher.on('source.test', (response) =>
      response.writeHead(200, { ...headers, etag: '"2"' }).end(body),
    );
    const response = await request();
    expect(response).toMatchObject({ status: 200, body: Buffer.from('text') });
    expect(response.headers.etag).toBe('"2"');
    expect(publisher.requests).toMatchObject([
      {
        method: 'GET',
        path: `/file?token=${SECRET}`,
        headers: {
          authorization: `Basic ${SECRET}`,
          'if-none-match': '"1"',
          'accept-encoding': 'gzip',
          'user-agent': 'risk-gate',
        },
      },
    ]);
  });

  test('follows five redirects', async () => {
    publisher.on('source.test', (response) =>
      response.writeHead(302, { location: 'https://source.test/' }).end(),
    );
    await expect(request()).rejects.toThrow('redirects too often');
    expect(publisher.requests).toHaveLength(6);
  });

  test.each([304, 401, 404, 429, 500])('returns the status %d without a body', async (status) => {
    publisher.on('source.test', (response) => response.writeHead(status).end());
    expect(await request()).toEqual({ status, headers: expect.anything() });
  });

  test('returns the headers of a HEAD request', async () => {
    publisher.on('source.test', (response) =>
      response.writeHead(200, { 'content-length': 5000 }).end(),
    );
    const response = await request({ method: 'HEAD' });
    expect(response).toMatchObject({ status: 200, headers: { 'content-length': '5000' } });
    expect(response.body).toBeUndefined();
  });

  test('reads objects in S3', async () => {
    const response = await createHttp().request('s3://bucket/key', REQUEST);
    expect(response.body?.toString()).toBe('from S3');
  });
});

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    'follows the status %d without any header of the first request',
    async (status) => {
      publisher.on(
        'source.test',
        redirectTo(`https://cdn.test/signed?signature=${SECRET}`, status),
      );
      publisher.on('cdn.test', (response) => response.end('text'));
      expect(await request()).toMatchObject({ status: 200, body: Buffer.from('text') });
      const [, second] = publisher.requests;
      expect(second).toMatchObject({ method: 'GET', path: `/signed?signature=${SECRET}` });
      expect(Object.keys(second?.headers ?? {}).sort()).toEqual([
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    },
  );

  test('keeps the method and, on the same host, the headers', async () => {
    publisher.on('source.test', (response, { path }) =>
      path === '/moved' ? response.end() : redirectTo('/moved')(response, {} as never),
    );
    expect((await request({ method: 'HEAD' })).status).toBe(200);
    expect(publisher.requests[1]).toMatchObject({
      method: 'HEAD',
      headers: { authorization: `Basic ${SECRET}` },
    });
  });

  test('sends nothing to the first host again after another host', async () => {
    publisher.on('source.test', redirectTo('https://cdn.test/'));
    publisher.on('cdn.test', redirectTo('https://other.test/'));
    await expect(request()).rejects.toMatchObject({ reason: 'format' });
    expect(publisher.requests.map(({ host }) => host)).toEqual(['source.test', 'cdn.test']);
  });
});

/** Each failure: what the publisher does, the reason, and what the operator reads. */
const FAILURES: readonly (readonly [
  name: string,
  respond: Respond,
  reason: string,
  message: string,
])[] = [
  [
    'a redirect to a host that is not allowed',
    redirectTo(`https://other.test/${SECRET}`),
    'format',
    'The publisher of the feed some-feed redirects to another host or without TLS: its data is not downloaded from there.',
  ],
  [
    'a redirect without TLS',
    redirectTo(`http://cdn.test/${SECRET}`),
    'format',
    'The publisher of the feed some-feed redirects to another host or without TLS: its data is not downloaded from there.',
  ],
  [
    'a redirect to nowhere',
    redirectTo(`https://[${SECRET}`),
    'format',
    'The publisher of the feed some-feed sent a redirect without a valid address.',
  ],
  [
    'redirects without an end',
    redirectTo(`https://source.test/${SECRET}`),
    'format',
    'The publisher of the feed some-feed redirects too often.',
  ],
  [
    'a body that is announced to be too large',
    (response) => response.writeHead(200, { 'content-length': 1001 }).end(SECRET.padEnd(1001)),
    'format',
    'The response for the feed some-feed is larger than 1000 bytes.',
  ],
  [
    'a body without an end',
    (response) => {
      // Ends with the connection.
      const endless = new Readable({ read: () => endless.push(SECRET.repeat(1000)) });
      pipeline(endless, response).catch(() => undefined);
    },
    'format',
    'The response for the feed some-feed is larger than 1000 bytes.',
  ],
  [
    'a decompression bomb',
    (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000))),
    'format',
    'The response for the feed some-feed is larger than 1000 bytes.',
  ],
  [
    'a body whose compression is cut off',
    (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(SECRET).subarray(0, 20)),
    'format',
    'The response for the feed some-feed is damaged: it cannot be decompressed.',
  ],
  [
    'an unknown encoding',
    (response) => response.writeHead(200, { 'content-encoding': SECRET }).end('x'),
    'format',
    'The response for the feed some-feed has an unknown content encoding.',
  ],
  [
    'a body that is shorter than announced',
    (response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write(SECRET, () => response.destroy());
    },
    'unreachable',
    'The publisher of the feed some-feed sent no complete response (ECONNRESET): check the network, the proxy and FEED_MIRRORS if it happens again.',
  ],
  [
    'a body in chunks without an end',
    (response) => response.write(SECRET, () => response.destroy()),
    'unreachable',
    'The publisher of the feed some-feed sent no complete response (ECONNRESET): check the network, the proxy and FEED_MIRRORS if it happens again.',
  ],
  [
    'a response that is not HTTP',
    (response) => response.socket?.end(`Location: ${SECRET}\r\n\r\n`),
    'unreachable',
    'The publisher of the feed some-feed sent no complete response (HPE_INVALID_CONSTANT): check the network, the proxy and FEED_MIRRORS if it happens again.',
  ],
  [
    'no response in time',
    () => undefined,
    'unreachable',
    'The publisher of the feed some-feed sent no complete response (TimeoutError): check the network, the proxy and FEED_MIRRORS if it happens again.',
  ],
];

test.each(FAILURES)('%s is an error without a secret', async (_, respond, reason, message) => {
  publisher.on('source.test', respond);
  const error = await request({ timeoutMs: 300 }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FeedError);
  expect(error).toMatchObject({ reason, message });
  expect(everythingIn(error)).not.toContain(SECRET);
});

/** Returns all that a log could write of an error. */
function everythingIn(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)]);
  return JSON.stringify(own, (_, value) => (value instanceof Error ? everythingIn(value) : value));
}

describe('quotas', () => {
  const quota = { account: 'a', perDay: 5, limitHeader: 'x-limit' };

  test.each([
    [
      'counted before it is sent',
      { counts: true },
      { quota },
      ['some-feed after 0 requests'],
      ['7'],
    ],
    ['not counted unless it says so', {}, { quota }, [], []],
    ['not counted without a quota', { counts: true }, {}, [], []],
  ])('a request is %s', async (_, changes, feed, expectedTaken, expectedLearned) => {
    taken.splice(0);
    learned.splice(0);
    publisher.on('source.test', (response) => response.writeHead(429, { 'x-limit': '7' }).end());
    await createHttp(feed).request(URL_WITH_SECRET, { ...REQUEST, ...changes });
    expect(taken).toEqual(expectedTaken);
    expect(learned).toEqual(expectedLearned);
  });

  test('a request that cannot be counted is not sent', async () => {
    const http = createFeedHttp({ id: 'some-feed', quota } as Feed, {
      agents,
      mirrors: publisher.mirrors,
      quotas: { ...quotas, take: () => Promise.reject(new FeedError('quota', 'Used up.')) },
      readS3Object: () => Promise.reject(new Error('not used')),
    });
    await expect(http.request(URL_WITH_SECRET, { ...REQUEST, counts: true })).rejects.toMatchObject(
      { reason: 'quota' },
    );
    expect(publisher.requests).toEqual([]);
  });
});
