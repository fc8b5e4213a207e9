import { ABUSEIPDB_BLACKLIST } from '../../../app/src/feeds/abuseipdb-blacklist.ts';
import { parseFeeds } from '../../../app/src/feeds/model/configured-feeds.ts';
import type { DownloadContext, FeedOptions } from '../../../app/src/feeds/model/feed.ts';
import type { FeedData } from '../../../app/src/feeds/model/feed-data.ts';
import { FeedError } from '../../../app/src/feeds/model/feed-error.ts';
import type { FeedRequest, FeedResponse } from '../../../app/src/feeds/model/feed-http.ts';
import {
  blacklistBody,
  type ListedAddress,
  listedAddresses,
} from '../../support/feeds/blacklist.ts';

const KEY = 'key-of-the-refresher';
const GENERATED_AT = '2026-11-20T06:00:03+00:00';
const NOW = Date.parse('2026-11-20T07:00:00Z');
const HOUR_MS = 3_600_000;

/** Scores from 100 down to 25. */
const descending = (count: number) =>
  listedAddresses(count, (index) => 100 - Math.floor((76 * index) / count));

function optionsOf(text: string): FeedOptions {
  const entry = text === '' ? 'abuseipdb-blacklist' : `abuseipdb-blacklist#${text}`;
  const catalog = { builtIn: [ABUSEIPDB_BLACKLIST], createList: () => ABUSEIPDB_BLACKLIST };
  const { feeds, issues } = parseFeeds(entry, catalog);
  expect(issues).toEqual([]);
  return feeds[0]?.options ?? {};
}

interface Sent {
  readonly url: URL;
  readonly request: FeedRequest;
}

async function download(response: Partial<FeedResponse>, more: Partial<DownloadContext> = {}) {
  const sent: Sent[] = [];
  const result = await ABUSEIPDB_BLACKLIST.download({
    http: {
      request: (url, request) => {
        sent.push({ url: new URL(url), request });
        const headers = { 'content-type': 'application/json' };
        return Promise.resolve({ status: 200, headers, ...response });
      },
    },
    credential: KEY,
    options: optionsOf(''),
    version: undefined,
    now: NOW,
    ...more,
  });
  return { result, sent };
}

async function downloadList(
  data: readonly ListedAddress[],
  options = '',
): Promise<Extract<FeedData, { content: 'scores' }>> {
  const body = blacklistBody(GENERATED_AT, data);
  const { result } = await download({ body }, { options: optionsOf(options) });
  if (result.status !== 'downloaded' || result.data.content !== 'scores') {
    throw new Error('the list was not downloaded');
  }
  return result.data;
}

test.each([
  ['', 'confidenceMinimum=25&limit=500000'],
  ['minimum=100&limit=10000', 'confidenceMinimum=100&limit=10000'],
  ['only=us+DE', 'confidenceMinimum=25&limit=500000&onlyCountries=US%2CDE'],
  ['except=CN', 'confidenceMinimum=25&limit=500000&exceptCountries=CN'],
  ['version=6', 'confidenceMinimum=25&limit=500000&ipVersion=6'],
])('the options "%s" ask for %s', async (options, query) => {
  const body = blacklistBody(GENERATED_AT, []);
  const { sent } = await download({ body }, { options: optionsOf(options) });
  expect(sent).toHaveLength(1);
  const [{ url, request }] = sent as [Sent];
  expect(`${url.origin}${url.pathname}`).toBe('https://api.abuseipdb.com/api/v2/blacklist');
  expect(url.searchParams.toString()).toBe(query);
  expect(request).toMatchObject({
    headers: { Key: KEY, Accept: 'application/json' },
    counts: true,
    timeoutMs: 120_000,
  });
});

test.each([
  ['minimum=24', /minimum must be a whole number from 25 to 100/],
  ['minimum=101', /minimum must be a whole number from 25 to 100/],
  ['limit=0', /limit must be a whole number from 1 to 500000/],
  ['limit=500001', /limit must be a whole number from 1 to 500000/],
  ['only=USA', /only must be country codes joined by \+/],
  ['only=US+XX', /only must be country codes joined by \+/],
  ['version=5', /version must be one of 4, 6/],
  ['only=US&except=DE', /only and except exclude each other/],
  ['interval=30m', /shorter than the publisher allows/],
  ['plaintext=true', /unknown option "plaintext"/],
])('the options "%s" are not valid', (options, issue) => {
  const { feeds, issues } = parseFeeds(`abuseipdb-blacklist#${options}`, {
    builtIn: [ABUSEIPDB_BLACKLIST],
    createList: () => ABUSEIPDB_BLACKLIST,
  });
  expect(feeds).toEqual([]);
  expect(issues).toEqual([expect.stringMatching(issue)]);
});

test('a list is asked for every six hours unless the operator chooses another interval', () => {
  const { feeds } = parseFeeds('abuseipdb-blacklist', {
    builtIn: [ABUSEIPDB_BLACKLIST],
    createList: () => ABUSEIPDB_BLACKLIST,
  });
  expect(feeds[0]).toMatchObject({ interval: 6 * HOUR_MS, maxAge: 30 * HOUR_MS });
});

test('addresses are parsed with their scores, which may be strings', async () => {
  const data = await downloadList([
    { ipAddress: '20.0.0.1', abuseConfidenceScore: '100' },
    { ipAddress: '2A00:0:0::1', abuseConfidenceScore: 76 },
    { ipAddress: '::ffff:20.0.0.2', abuseConfidenceScore: 76 },
  ]);
  expect(data.publishedAt).toBe(Date.parse(GENERATED_AT));
  expect(data.entries).toEqual([
    { bits: 0x14_00_00_01, score: 100 },
    { bits: 0x2a00n * 2n ** 112n + 1n, score: 76 },
    { bits: 0x14_00_00_02, score: 76 },
  ]);
});

test('an address that occurs twice has its highest score', async () => {
  const data = await downloadList([
    { ipAddress: '20.0.0.1', abuseConfidenceScore: 90 },
    { ipAddress: '20.0.0.1', abuseConfidenceScore: 80 },
  ]);
  expect(data.entries).toEqual([{ bits: 0x14_00_00_01, score: 90 }]);
  expect(data.note).toBe('Repeated addresses: 1.');
});

/** Without a subscription there is no error. */
const DOWNGRADED = expect.stringMatching(/renew the subscription, or set minimum=100 in FEEDS/);

test.each([
  ['fewer entries than the limit', descending(3000), '', { unlistedAtMost: 24, versions: [4, 6] }],
  ['no entry at all', [], 'version=6', { unlistedAtMost: 99, versions: [6] }],
  [
    'the minimum of the operator',
    listedAddresses(3000, () => 90),
    'minimum=80',
    { unlistedAtMost: 79, versions: [4, 6] },
  ],
  [
    'as many entries as the limit',
    listedAddresses(3000, (index) => 100 - Math.floor(index / 100)),
    'limit=3000',
    { unlistedAtMost: 71, versions: [4, 6] },
  ],
  [
    'one entry less than the limit',
    listedAddresses(2999, (index) => 100 - Math.floor(index / 100)),
    'limit=3000',
    { unlistedAtMost: 24, versions: [4, 6] },
  ],
  [
    'more entries than the limit',
    listedAddresses(3001, (index) => 100 - Math.floor(index / 100)),
    'limit=3000',
    { unlistedAtMost: 70, versions: [4, 6] },
  ],
  [
    'as many entries as the limit, not in the order of scores',
    listedAddresses(3000, (index) => 71 + Math.floor(index / 100)),
    'limit=3000',
    { unlistedAtMost: 100, versions: [4, 6] },
  ],
  [
    'fewer entries than the limit, not in the order of scores',
    listedAddresses(2999, (index) => 71 + Math.floor(index / 100)),
    'limit=3000',
    { unlistedAtMost: 24, versions: [4, 6] },
  ],
  [
    "a plan's limit",
    listedAddresses(20_000, (index) => 100 - Math.floor(index / 1000)),
    '',
    { unlistedAtMost: 81, versions: [4, 6] },
  ],
  [
    'the free plan at its limit',
    listedAddresses(10_000),
    'minimum=100',
    { unlistedAtMost: 100, versions: [4, 6] },
  ],
  [
    'the free plan below its limit',
    listedAddresses(9600),
    'minimum=100',
    { unlistedAtMost: 99, versions: [4, 6] },
  ],
  [
    'a subscription whose limit the score 100 fills',
    listedAddresses(20_000),
    '',
    { unlistedAtMost: 100, versions: [4, 6] },
  ],
  [
    'more than the public list, but only the score 100',
    listedAddresses(12_345),
    '',
    { unlistedAtMost: 99, versions: [4, 6] },
  ],
  [
    'a subscription that has ended',
    listedAddresses(10_000),
    '',
    { unlistedAtMost: 100, versions: [4, 6], downgraded: DOWNGRADED },
  ],
  [
    'a subscription that has ended, with fewer entries than the limit',
    listedAddresses(9600),
    'minimum=75',
    { unlistedAtMost: 99, versions: [4, 6], downgraded: DOWNGRADED },
  ],
  ['some countries', descending(3000), 'only=US', { unlistedAtMost: 100, versions: [] }],
  ['all but some countries', descending(3000), 'except=US', { unlistedAtMost: 100, versions: [] }],
  [
    'one IP version',
    descending(3000).filter(({ ipAddress }) => !String(ipAddress).includes(':')),
    'version=4',
    { unlistedAtMost: 24, versions: [4] },
  ],
])('a list with %s proves what it can', async (_, data, options, scope) => {
  expect((await downloadList(data, options)).scope).toEqual(scope);
});

test('a list with the date of the last one is unchanged', async () => {
  const body = blacklistBody(GENERATED_AT, descending(3000));
  const { result } = await download({ body });
  const { version } = result as { version: string };
  expect((await download({ body }, { version })).result).toEqual({ status: 'unchanged' });
  const later = blacklistBody('2026-11-20T06:00:04+00:00', descending(3000));
  expect((await download({ body: later }, { version })).result.status).toBe('downloaded');
  const options = optionsOf('minimum=50');
  expect((await download({ body }, { version, options })).result.status).toBe('downloaded');
});

test('a list is not asked for without a key', async () => {
  const act = download({}, { credential: undefined });
  await expect(act).rejects.toThrow(expect.objectContaining({ reason: 'authentication' }));
});

const HTML = { body: Buffer.from('<html>'), headers: { 'content-type': 'text/html' } };
const entry = (more: object) =>
  blacklistBody(GENERATED_AT, [{ ipAddress: '20.0.0.1', abuseConfidenceScore: 100, ...more }]);

test.each<[string, Partial<FeedResponse>, string, RegExp]>([
  ['a page of a proxy', HTML, 'format', /is not JSON/],
  [
    'plain text',
    { body: Buffer.from('20.0.0.1\n'), headers: { 'content-type': 'text/plain' } },
    'format',
    /is not JSON/,
  ],
  ['no content type', { body: entry({}), headers: {} }, 'format', /is not JSON/],
  ['a truncated body', { body: entry({}).subarray(0, 90) }, 'format', /is not valid JSON/],
  ['a list', { body: Buffer.from('[]') }, 'format', /is not a JSON object/],
  ['errors', { body: Buffer.from('{"errors":[]}') }, 'format', /meta\.generatedAt/],
  ['no date', { body: blacklistBody(undefined, []) }, 'format', /meta\.generatedAt/],
  ['no time zone', { body: blacklistBody('2026-11-20T06:00:03', []) }, 'format', /generatedAt/],
  ['no data', { body: blacklistBody(GENERATED_AT, undefined) }, 'format', /no list of addresses/],
  ['a CIDR', { body: entry({ ipAddress: '20.0.0.0/24' }) }, 'format', /address in entry 1/],
  ['no address', { body: entry({ ipAddress: null }) }, 'format', /address in entry 1/],
  ['no score', { body: entry({ abuseConfidenceScore: undefined }) }, 'format', /score in entry 1/],
  ['an empty score', { body: entry({ abuseConfidenceScore: '' }) }, 'format', /score in entry 1/],
  ['a fraction', { body: entry({ abuseConfidenceScore: 99.5 }) }, 'format', /score in entry 1/],
  ['a score of 101', { body: entry({ abuseConfidenceScore: 101 }) }, 'format', /score in entry 1/],
  ['status 401', { status: 401 }, 'authentication', /rejects the credential/],
  ['status 402', { status: 402 }, 'forbidden', /paid plan/],
  ['status 422', { status: 422 }, 'forbidden', /rejects the request/],
  ['status 429', { status: 429 }, 'quota', /limited the requests/],
  ['status 503', { status: 503 }, 'unreachable', /not available/],
])('%s is an error', async (_, response, reason, message) => {
  const act = download(response);
  await expect(act).rejects.toThrow(FeedError);
  await expect(act).rejects.toThrow(
    expect.objectContaining({ reason, message: expect.stringMatching(message) }),
  );
});

const without = (data: ListedAddress[], index: number, more: Partial<ListedAddress>) =>
  data.with(index, { ...(data[index] as ListedAddress), ...more });
const onlyIpv4 = (data: ListedAddress[]) =>
  data.filter(({ ipAddress }) => !String(ipAddress).includes(':'));

test.each<[string, ListedAddress[], string, RegExp | undefined]>([
  ['a plausible list', descending(6000), '', undefined],
  ['the list of the free plan', listedAddresses(10_000), 'minimum=100', undefined],
  ['a subscription that has ended', listedAddresses(10_000), '', undefined],
  ['fewer than 1,000 entries', descending(999), '', /999 entries/],
  ['a small limit', descending(20), 'limit=20', undefined],
  ['few entries of a country', descending(20), 'only=LU', undefined],
  [
    'a private address',
    without(descending(2000), 1, { ipAddress: '10.0.0.1' }),
    '',
    /1 private or reserved/,
  ],
  [
    'a reserved address',
    without(descending(2000), 1, { ipAddress: '192.0.2.1' }),
    '',
    /1 private or reserved/,
  ],
  ['a resolver', without(descending(2000), 1, { ipAddress: '8.8.8.8' }), '', /public resolver/],
  ['a score below the minimum', descending(2000), 'minimum=50', /score 25/],
  ['ascending scores', descending(2000).reverse(), '', /descending order/],
  ['a few duplicates', [...descending(5000), ...descending(5000).slice(-4)], '', undefined],
  [
    'many duplicates',
    [...descending(5000), ...descending(5000).slice(-6)],
    '',
    /repeats 6 addresses/,
  ],
  ['no IPv6 in a small list', onlyIpv4(descending(4000)), '', undefined],
  ['no IPv6 in a large list', onlyIpv4(descending(6000)), '', /no IPv6/],
  ['no IPv6, as requested', onlyIpv4(descending(6000)), 'version=4', undefined],
  ['IPv6 that was not requested', descending(6000), 'version=4', /contains IPv6/],
  ['IPv4 that was not requested', descending(6000), 'version=6', /contains IPv4/],
  [
    'much IPv6',
    descending(6000).map((one, index) =>
      index % 4 === 0 ? { ...one, ipAddress: `2a00:1::${index.toString(16)}` } : one,
    ),
    '',
    /% of the list is IPv6/,
  ],
])('%s is judged', async (_, entries, options, reason) => {
  const data = await downloadList(entries, options);
  const context = { previous: undefined, options: optionsOf(options), now: NOW };
  const found = ABUSEIPDB_BLACKLIST.findImplausible(data, context);
  if (reason === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(reason);
});

test.each([
  ['half', 3000, '', '', undefined],
  ['less than half', 2999, '', '', /2999 entries after 6000/],
  ['less than half after a change of options', 2999, 'minimum=30', '', undefined],
])('a list with %s of the last entries is judged', async (_, count, before, now, reason) => {
  const entries = descending(6000).map((one) => ({ ...one, abuseConfidenceScore: 90 }));
  const { summary: previous } = await downloadList(entries, before);
  const data = await downloadList(entries.slice(0, count), now);
  const context = { previous, options: optionsOf(now), now: NOW };
  const found = ABUSEIPDB_BLACKLIST.findImplausible(data, context);
  if (reason === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(reason);
});

test('a list that shrinks because the subscription has ended is plausible', async () => {
  const { summary: previous } = await downloadList(descending(21_000));
  const data = await downloadList(listedAddresses(10_000));
  const context = { previous, options: optionsOf(''), now: NOW };
  expect(data.scope.downgraded).toBeDefined();
  expect(ABUSEIPDB_BLACKLIST.findImplausible(data, context)).toBeUndefined();
});

test.each([
  ['a subscriber', '', 2, undefined],
  ['a subscriber', '', 2.1, /2 hours ago/],
  ['the free plan', 'minimum=100', 26, undefined],
  ['the free plan', 'minimum=100', 26.1, /26 hours ago/],
  ['a clock that is behind', '', -0.05, undefined],
  ['the future', '', -0.2, /in the future/],
])('for %s with "%s", a list that is %d hours old is judged', async (_, options, hours, reason) => {
  const entries = options === '' ? descending(2000) : listedAddresses(2000);
  const data = await downloadList(entries, options);
  const now = Date.parse(GENERATED_AT) + hours * HOUR_MS;
  const context = { previous: undefined, options: optionsOf(options), now };
  const found = ABUSEIPDB_BLACKLIST.findImplausible(data, context);
  if (reason === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(reason);
});
