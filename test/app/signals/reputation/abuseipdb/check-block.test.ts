import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { createCheckBlock } from '../../../../../app/src/signals/reputation/abuseipdb/check-block.ts';
import { blockOf, NO_SCORE } from '../../../../../app/src/signals/reputation/blocks/block.ts';
import { REPUTATION_DEFAULTS } from '../../../../../app/src/signals/reputation/limits.ts';
import { address, HOUR, type LocalServer, NOON, startServer } from '../harness.ts';

const BLOCK = blockOf(address('5.6.7.8'))?.block ?? 0;

const bodyWith = (scores: Readonly<Record<number, number>>) =>
  JSON.stringify({
    data: {
      networkAddress: '5.6.7.0',
      netmask: '255.255.255.0',
      minAddress: '5.6.7.1',
      maxAddress: '5.6.7.254',
      numPossibleHosts: 254,
      reportedAddress: Object.entries(scores).map(([host, abuseConfidenceScore]) => ({
        ipAddress: `5.6.7.${host}`,
        abuseConfidenceScore,
      })),
    },
  });

let server: LocalServer;
let received: { url: string | undefined; headers: IncomingHttpHeaders } | undefined;
afterEach(() => server.close());

async function check(status: number, headers: OutgoingHttpHeaders, body: string, key = 'good-key') {
  received = undefined;
  server = await startServer((request, response) => {
    received = { url: request.url, headers: request.headers };
    response.writeHead(status, headers).end(body);
  });
  const options = { timeout: 30_000, now: () => NOON, limits: REPUTATION_DEFAULTS };
  return createCheckBlock({ baseUrl: `${server.url}/api/v2/`, ...options })(BLOCK, key);
}

test('sends the network as an encoded CIDR, the longest window, and the key as a header', async () => {
  await check(200, {}, bodyWith({}));
  expect(received?.url).toBe('/api/v2/check-block?network=5.6.7.0%2F24&maxAgeInDays=365');
  expect(received?.headers).toMatchObject({ key: 'good-key', accept: 'application/json' });
});

test('returns the scores with their date, and the quota of the endpoint', async () => {
  const headers = { 'x-ratelimit-limit': '100', 'x-ratelimit-remaining': '99' };
  const result = await check(200, headers, bodyWith({ 9: 96 }));
  expect(result).toMatchObject({
    value: { checkedAt: NOON },
    status: 200,
    quotaLimit: 100,
    quotaRemaining: 99,
  });
  expect('value' in result && [...result.value.scores.slice(8, 11)]).toEqual([0, 96, 0]);
  expect('value' in result && result.value.scores[0]).toBe(NO_SCORE);
});

test.each([
  ['a low score from a cache, in its time to live', { 9: 24 }, 5 * HOUR, undefined],
  ['a low score from a cache that has expired', { 9: 24 }, 6 * HOUR, 'invalid'],
  ['a high score from a cache, in its time to live', { 9: 96 }, HOUR, undefined],
  ['one high score from a cache that has expired', { 8: 0, 9: 96 }, 2 * HOUR, 'invalid'],
])('%s', async (_, scores, age, cause) => {
  const result = await check(200, { age: String(age / 1000) }, bodyWith(scores));
  expect(result).toMatchObject(
    cause === undefined ? { value: { checkedAt: NOON - age } } : { cause, status: 200 },
  );
});

test.each<[string, number, OutgoingHttpHeaders, string, object]>([
  ['a key that is wrong', 401, {}, '{}', { cause: 'auth', status: 401 }],
  ['a plan that is too small', 402, {}, '{}', { cause: 'auth', status: 402 }],
  ['a network that is rejected', 422, {}, '{}', { cause: 'invalid', status: 422 }],
  [
    'an exhausted quota',
    429,
    { 'retry-after': '7200' },
    '{}',
    { cause: 'quota', status: 429, quotaRemaining: 0, retryAfterMs: 2 * HOUR },
  ],
  ['an error of the server', 503, {}, '{}', { cause: 'upstream', status: 503 }],
  ['a redirect', 302, { location: '/' }, bodyWith({}), { cause: 'upstream', status: 302 }],
  ['a page', 200, {}, '<!DOCTYPE html>', { cause: 'upstream', status: 200 }],
  ['another JSON', 200, {}, '{"data":{}}', { cause: 'invalid', status: 200 }],
  [
    'a body that is too large',
    200,
    {},
    bodyWith({}) + ' '.repeat(256 * 1024),
    { cause: 'upstream', status: 200 },
  ],
])('returns the cause of %s', async (_, status, headers, body, expected) => {
  expect(await check(status, headers, body)).toEqual(expected);
});

test('sends nothing with a key that no header can carry', async () => {
  expect(await check(200, {}, bodyWith({}), 'two\nlines')).toEqual({ cause: 'auth' });
  expect(received).toBeUndefined();
});
