import {
  type FeedSites,
  SIMULATED_CREDENTIALS,
  type SiteFault,
  type SiteId,
  startFeedSites,
} from '../../../app/dev/simulator/feed-sites/feed-sites.ts';
import { FEED_CATALOG } from '../../../app/src/feeds/index.ts';
import { type ConfiguredFeed, parseFeeds } from '../../../app/src/feeds/model/configured-feeds.ts';
import type { Download } from '../../../app/src/feeds/model/feed.ts';
import type { FeedData, FeedSummary } from '../../../app/src/feeds/model/feed-data.ts';
import { FeedError } from '../../../app/src/feeds/model/feed-error.ts';
import { createSiteHttp, type SiteHttp } from '../../support/feeds/site-http.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');

let sites: FeedSites;
let http: SiteHttp;

beforeAll(async () => {
  sites = await startFeedSites({ now: () => NOW });
});

beforeEach(() => {
  http = createSiteHttp(sites.mirrors);
});

afterEach(() => {
  for (const site of new Set(FEEDS.map(([, id]) => id))) sites.setFault(site, undefined);
});

afterAll(() => sites.close());

function configured(entry: string): ConfiguredFeed {
  const { feeds, issues } = parseFeeds(entry, FEED_CATALOG);
  expect(issues).toEqual([]);
  const [feed] = feeds;
  if (feed === undefined) throw new Error(`${entry} is not valid.`);
  return feed;
}

/** Asks once. */
function download({ feed, options }: ConfiguredFeed, version?: string): Promise<Download> {
  const credential =
    feed.credential === undefined ? undefined : SIMULATED_CREDENTIALS.CROWDSEC_CREDENTIAL;
  return feed.download({ http, credential, options, version, now: NOW });
}

async function downloaded(feed: ConfiguredFeed, version?: string) {
  const result = await download(feed, version);
  if (result.status !== 'downloaded') throw new Error('The data has not changed.');
  return result;
}

function findImplausible(
  { feed, options }: ConfiguredFeed,
  data: FeedData,
  previous?: FeedSummary,
) {
  return feed.findImplausible(data, { previous, options, now: NOW });
}

async function errorOf(promise: Promise<unknown>): Promise<FeedError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FeedError)) throw new Error('There is no FeedError.');
  expect(error.message).toMatch(/^The .+\.$/);
  return error;
}

const CUSTOM = 'partners=https://lists.example.net/partners.txt';

/** The entry of FEEDS, the site, and what the simulated files have. */
const FEEDS: readonly (readonly [entry: string, site: SiteId, summary: FeedSummary])[] = [
  ['tor-exits', 'tor', { entries: 1_340, ipv4Addresses: 1_340, ipv6Subnets: 0 }],
  ['spamhaus-drop-v4', 'spamhaus', { entries: 1_540, ipv4Addresses: 1_540 * 4_096 }],
  ['spamhaus-drop-v6', 'spamhaus', { entries: 80, ipv4Addresses: 0 }],
  ['spamhaus-asn-drop', 'spamhaus', { entries: 427 }],
  ['x4bnet-vpn', 'github', { entries: 10_862 + 498, ipv4Addresses: 10_862 * 256 }],
  ['x4bnet-datacenter', 'github', { entries: 4_096 + 1_200, ipv4Addresses: 4_096 * 8_192 }],
  ['apple-private-relay', 'apple', { entries: 15_000, ipv4Addresses: 28_000 }],
  // The service EC2 only.
  ['aws-ranges', 'aws', { entries: 1_800, ipv4Addresses: 1_500 * 2_048 }],
  ['google-cloud-ranges', 'google', { entries: 960, ipv4Addresses: 900 * 4_096 }],
  ['cloudflare-ranges', 'cloudflare', { entries: 22, filesWithLastLineBreak: 0 }],
  ['crowdsec#integration=123', 'crowdsec', { entries: 9_500, ipv4Addresses: 9_500 }],
  [CUSTOM, 'lists', { entries: 3, ipv4Addresses: 65_537 }],
];

test.each(FEEDS)('%s is downloaded, plausible, and then unchanged', async (entry, _, summary) => {
  const feed = configured(entry);
  const first = await downloaded(feed);
  expect(first.data.content).toBe(feed.feed.content);
  expect(first.data.summary).toMatchObject(summary);
  expect(findImplausible(feed, first.data)).toBeUndefined();
  expect(await download(feed, first.version)).toEqual({ status: 'unchanged' });
});

test.each(FEEDS)('%s: the next version is plausible', async (entry) => {
  const feed = configured(entry);
  const first = await downloaded(feed);
  sites.publish();
  const next = await download(feed, first.version);
  // Some simulated lists are always the same.
  if (next.status === 'unchanged') return;
  expect(findImplausible(feed, next.data, first.data.summary)).toBeUndefined();
  expect(next.data.publishedAt ?? 0).toBeGreaterThanOrEqual(first.data.publishedAt ?? 0);
});

const html: SiteFault = { kind: 'html' };
const content = (fault: Extract<SiteFault, { kind: 'content' }>['content']): SiteFault => ({
  kind: 'content',
  content: fault,
});

describe.each(FEEDS)('%s', (entry, site) => {
  test.each<[string, SiteFault]>([
    ['a page instead of the file', html],
    ['an empty file', content('empty')],
  ])('rejects %s until there is another version', async (_, fault) => {
    const feed = configured(entry);
    sites.setFault(site, fault);
    const { reason, version } = await errorOf(download(feed));
    expect(reason).toBe('format');
    expect(await download(feed, version)).toEqual({ status: 'unchanged' });
    sites.setFault(site, undefined);
    expect(await download(feed, version)).toMatchObject({ status: 'downloaded' });
  });

  test.each([
    [401, 'authentication'],
    [403, 'forbidden'],
    [404, 'missing'],
    [429, 'quota'],
    [503, 'unreachable'],
  ])('reports the status %d', async (status, reason) => {
    sites.setFault(site, { kind: 'status', status });
    expect(await errorOf(download(configured(entry)))).toMatchObject({ reason: reason });
  });
});

const FAULTY_LISTS = FEEDS.map(([entry, site]) => [entry, site] as const).filter(
  ([entry]) => !entry.startsWith('cloudflare') && entry !== CUSTOM,
);

test.each(FAULTY_LISTS)('%s: half of the file is never good', async (entry, site) => {
  const feed = configured(entry);
  const first = await downloaded(feed);
  sites.setFault(site, content('half'));
  const result = await download(feed, first.version).catch((error: unknown) => error);
  const issue =
    result instanceof FeedError
      ? result.reason
      : findImplausible(
          feed,
          (result as Awaited<ReturnType<typeof downloaded>>).data,
          first.data.summary,
        );
  expect(issue).toBeDefined();
});

test.each(FAULTY_LISTS)('%s: a tenth of the file is implausible', async (entry, site) => {
  const feed = configured(entry);
  const first = await downloaded(feed);
  sites.setFault(site, content('much-smaller'));
  const { data } = await downloaded(feed, first.version);
  expect(findImplausible(feed, data, first.data.summary)).toMatch(/^it has \d+/);
});

test.each(FAULTY_LISTS.filter(([entry]) => !/asn|v6|tor/.test(entry)))(
  '%s: private networks are dropped',
  async (entry, site) => {
    const feed = configured(entry);
    const first = await downloaded(feed);
    sites.setFault(site, content('private-ranges'));
    const { data } = await downloaded(feed, first.version);
    expect(data.content === 'ranges' && data.blocks).toEqual(
      first.data.content === 'ranges' && first.data.blocks,
    );
    expect(data.note).toMatch(/are special-purpose addresses/);
  },
);

test.each(FAULTY_LISTS.filter(([entry]) => !/asn/.test(entry)))(
  '%s: all addresses, or none, are rejected',
  async (entry, site) => {
    const feed = configured(entry);
    for (const fault of ['whole-internet', 'not-addresses'] as const) {
      sites.setFault(site, content(fault));
      expect(await errorOf(download(feed))).toMatchObject({ reason: 'format' });
    }
  },
);

test('a feed of several files is downloaded if one of them has changed', async () => {
  const feed = configured('x4bnet-vpn');
  const first = await downloaded(feed);
  sites.publish();
  const next = await downloaded(feed, first.version);
  // Only the IPv4 file has: the IPv6 file is asked for with its ETag, and then again without.
  expect(next.data.summary.entries).toBe(10_862 + 498);
  expect(
    http.sent
      .slice(2)
      .map(({ url, request }) => [url.slice(-8), Object.keys(request.headers ?? {})]),
  ).toEqual([
    ['ipv4.txt', ['if-none-match', 'if-modified-since']],
    ['ipv6.txt', ['if-none-match', 'if-modified-since']],
    ['ipv6.txt', []],
  ]);
});
