import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FeedSites,
  SIMULATED_CREDENTIALS,
  type SiteFault,
  type SiteId,
  startFeedSites,
} from '../../app/dev/simulator/feed-sites/feed-sites.ts';
import {
  type BlacklistFault,
  type Simulator,
  startSimulator,
} from '../../app/dev/simulator/simulator.ts';
import { type FeedPointer, parsePointer, pointerKey } from '../../app/src/feeds/model/pointer.ts';
import { type FeedLine, type RefreshRun, runRefresher } from '../support/refresh.ts';

const DAY_MS = 86_400_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');

let now: number;
let folder: string;
let sites: FeedSites;
let abuseIpdb: Simulator;

beforeEach(async () => {
  now = NOW;
  folder = mkdtempSync(join(tmpdir(), 'feeds-'));
  sites = await startFeedSites({ now: () => now });
  abuseIpdb = await startSimulator({ plan: 'premium', listed: 6000, now: () => now });
});

afterEach(async () => {
  await Promise.all([sites.close(), abuseIpdb.close()]);
  rmSync(folder, { recursive: true, force: true });
});

const OPTIONS: Readonly<Record<string, string>> = { crowdsec: '#integration=0a1b' };

interface Run extends Omit<RefreshRun, 'environment' | 'now'> {
  readonly feeds: readonly string[];
}

async function run({ feeds, ...rest }: Run): Promise<readonly FeedLine[]> {
  const environment = {
    FEEDS: feeds.map((id) => id + (OPTIONS[id] ?? '')).join(','),
    FEED_STORE: folder,
    FEED_MIRRORS: sites.mirrors,
    ABUSEIPDB_BASE_URL: abuseIpdb.url,
  };
  const result = await runRefresher({ environment, now, ...rest });
  for (const secret of Object.values(SIMULATED_CREDENTIALS)) {
    expect(result.output).not.toContain(secret);
    expect(result.output).not.toContain(secret.split(':').at(-1));
  }
  expect(result.output).not.toContain('X-Amz-Signature');
  return result.feeds;
}

async function runOne(feed: string, options: Omit<Run, 'feeds'> = {}): Promise<FeedLine> {
  const [line] = await run({ feeds: [feed], ...options });
  if (line === undefined) throw new Error(`The refresher has written no line about ${feed}.`);
  return line;
}

function snapshotOf(feed: string): string {
  return readPointer(feed).sha256;
}

function confirmedAt(feed: string): number {
  return readPointer(feed).confirmedAt;
}

function readPointer(feed: string): FeedPointer {
  return parsePointer(readFileSync(join(folder, pointerKey(feed)), 'utf8'), feed);
}

/** Databases that are built from other networks with each release would only repeat the first. */
const CHANGING = ['tor-exits', 'spamhaus-drop-v4', 'x4bnet-vpn', 'aws-ranges', 'geolite2-country'];

test('A new version replaces the snapshot', async () => {
  await run({ feeds: CHANGING });
  const before = CHANGING.map(snapshotOf);
  now += DAY_MS;
  sites.publish();
  const lines = await run({ feeds: CHANGING });
  expect(lines.map(({ event }) => event)).toEqual(CHANGING.map(() => 'feed-published'));
  for (const [index, id] of CHANGING.entries()) expect(snapshotOf(id)).not.toBe(before[index]);
});

interface FaultCase {
  readonly feed: string;
  readonly site: SiteId;
  readonly fault: SiteFault;
  readonly reason: string;
}

const content = (fault: Extract<SiteFault, { kind: 'content' }>['content']): SiteFault => ({
  kind: 'content',
  content: fault,
});

const FAULTS: readonly FaultCase[] = [
  ...([401, 403, 404, 429, 451, 503] as const).map((status) => ({
    feed: 'geolite2-country',
    site: 'maxmind' as const,
    fault: { kind: 'status', status } as const,
    reason: {
      401: 'authentication',
      403: 'forbidden',
      404: 'missing',
      429: 'quota',
      451: 'forbidden',
      503: 'unreachable',
    }[status],
  })),
  ...(
    [
      ['maxmind', content('expired-signature'), 'forbidden'],
      ['maxmind', content('redirect-elsewhere'), 'format'],
      ['maxmind', { kind: 'html' }, 'format'],
      ['maxmind-files', { kind: 'html' }, 'format'],
      ['maxmind-files', { kind: 'truncated' }, 'unreachable'],
      ['maxmind-files', { kind: 'reset' }, 'unreachable'],
      ['maxmind-files', content('wrong-checksum'), 'checksum'],
      ['maxmind-files', content('half'), 'format'],
      ['maxmind-files', content('archive-without-database'), 'format'],
      ['maxmind-files', content('archive-with-two-databases'), 'format'],
      ['maxmind-files', content('older'), 'older'],
      ['maxmind-files', content('smaller'), 'implausible'],
      ['maxmind-files', content('known-addresses-gone'), 'implausible'],
    ] as const
  ).map(([site, fault, reason]) => ({ feed: 'geolite2-country', site, fault, reason })),
  ...(
    [
      [content('no-databases'), 'format'],
      [content('two-databases'), 'format'],
      [content('wrong-checksum'), 'checksum'],
    ] as const
  ).map(([fault, reason]) => ({
    feed: 'geolite2-asn#protocol=update',
    site: 'maxmind-updates' as const,
    fault,
    reason,
  })),
  ...(
    [
      ['ipinfo-lite', 'ipinfo', content('wrong-checksum'), 'checksum'],
      ['ipinfo-lite', 'ipinfo', { kind: 'status', status: 429, retryAfter: 60 }, 'quota'],
      ['dbip-country-lite', 'dbip', content('half'), 'format'],
      ['tor-exits', 'tor', content('half'), 'implausible'],
      ['tor-exits', 'tor', content('private-ranges'), 'implausible'],
      ['tor-exits', 'tor', content('not-addresses'), 'format'],
      ['tor-exits', 'tor', content('empty'), 'format'],
      ['tor-exits', 'tor', { kind: 'html' }, 'format'],
      ['spamhaus-drop-v4', 'spamhaus', content('no-metadata'), 'format'],
      ['spamhaus-drop-v4', 'spamhaus', content('wrong-count'), 'format'],
      ['spamhaus-drop-v4', 'spamhaus', content('half'), 'format'],
      ['spamhaus-drop-v4', 'spamhaus', content('older'), 'older'],
      ['spamhaus-drop-v4', 'spamhaus', content('much-smaller'), 'implausible'],
      ['spamhaus-asn-drop', 'spamhaus', content('much-smaller'), 'implausible'],
      ['x4bnet-vpn', 'github', content('whole-internet'), 'format'],
      ['x4bnet-vpn', 'github', content('much-smaller'), 'implausible'],
      ['apple-private-relay', 'apple', content('much-smaller'), 'implausible'],
      ['aws-ranges', 'aws', content('older'), 'older'],
      ['aws-ranges', 'aws', content('half'), 'format'],
      ['google-cloud-ranges', 'google', { kind: 'html' }, 'format'],
      ['cloudflare-ranges', 'cloudflare', content('not-addresses'), 'format'],
      ['crowdsec', 'crowdsec', { kind: 'status', status: 401 }, 'authentication'],
    ] as const
  ).map(([feed, site, fault, reason]) => ({ feed, site, fault, reason })),
];

describe('A fault of a publisher keeps the last good snapshot, and its end repairs the feed', () => {
  test.each(
    FAULTS.map((row) => ({
      ...row,
      name: 'content' in row.fault ? row.fault.content : row.fault.kind,
    })),
  )('$feed, $site, $name: $reason', async ({ feed, site, fault, reason }) => {
    const id = feed.split('#')[0] ?? '';
    expect(await runOne(feed)).toMatchObject({ event: 'feed-published' });
    const good = snapshotOf(id);
    now += DAY_MS;
    sites.publish();
    sites.setFault(site, fault);
    expect(confirmedAt(id)).toBeLessThan(now);
    expect(await runOne(feed)).toMatchObject({
      feed: id,
      reason,
      why: expect.stringMatching(/^[A-Z].*\.$/),
    });
    expect(snapshotOf(id)).toBe(good);

    sites.setFault(site, undefined);
    now += DAY_MS;
    sites.publish();
    await runOne(feed);
    expect(confirmedAt(id)).toBe(now);
  });

  test.each<{ fault: BlacklistFault; reason: string }>([
    { fault: 401, reason: 'authentication' },
    { fault: 402, reason: 'forbidden' },
    { fault: 422, reason: 'forbidden' },
    { fault: 429, reason: 'quota' },
    { fault: 503, reason: 'unreachable' },
    { fault: 'html', reason: 'format' },
    { fault: 'half', reason: 'format' },
    { fault: 'no-date', reason: 'format' },
    { fault: 'much-smaller', reason: 'implausible' },
    { fault: 'old', reason: 'older' },
    { fault: 'unordered', reason: 'implausible' },
    { fault: 'duplicates', reason: 'implausible' },
    { fault: 'private-addresses', reason: 'implausible' },
  ])('abuseipdb-blacklist, $fault: $reason', async ({ fault, reason }) => {
    const feed = 'abuseipdb-blacklist';
    await runOne(feed);
    const good = snapshotOf(feed);
    now += DAY_MS / 2;
    abuseIpdb.setBlacklistFault(fault);
    expect(await runOne(feed)).toMatchObject({ feed, reason });
    expect(snapshotOf(feed)).toBe(good);
    abuseIpdb.setBlacklistFault(undefined);
    now += DAY_MS;
    await runOne(feed);
    expect(confirmedAt(feed)).toBe(now);
  });
});

describe('What is unusual and right', () => {
  test('scores as strings are published', async () => {
    abuseIpdb.setBlacklistFault('scores-as-text');
    expect(await runOne('abuseipdb-blacklist')).toMatchObject({ event: 'feed-published' });
  });

  test('a release between the question and the download is not mixed with the one before', async () => {
    sites.setFault('maxmind', content('release-during-download'));
    expect(await runOne('geolite2-country')).toMatchObject({ event: 'feed-published' });
  });

  test('a subscription that has ended is reported', async () => {
    await runOne('abuseipdb-blacklist');
    abuseIpdb.setPlan('standard');
    now += DAY_MS;
    expect(await runOne('abuseipdb-blacklist')).toMatchObject({
      event: 'feed-published',
      downgraded: expect.stringContaining('renew the subscription'),
    });
  });
});

test('A retry loop does not use up the downloads of a MaxMind account', async () => {
  sites.setFault('maxmind-files', { kind: 'reset' });
  for (let count = 0; count < 40; count += 1) await runOne('geolite2-country', { force: true });
  const downloads = sites.requests('maxmind').filter(({ method }) => method === 'GET');
  expect(downloads.length).toBe(20);
  sites.setFault('maxmind-files', undefined);
  expect(await runOne('geolite2-country', { force: true })).toMatchObject({ reason: 'quota' });
});

test('An operator can accept implausible data once', async () => {
  const feed = 'x4bnet-vpn';
  await runOne(feed);
  now += DAY_MS;
  sites.publish();
  sites.setFault('github', content('much-smaller'));
  expect(await runOne(feed)).toMatchObject({ reason: 'implausible' });
  expect(await runOne(feed, { accept: [feed] })).toMatchObject({ event: 'feed-published' });
});
