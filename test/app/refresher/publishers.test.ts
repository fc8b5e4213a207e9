import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type FeedSites,
  SIMULATED_CREDENTIALS,
  startFeedSites,
} from '../../../app/dev/simulator/feed-sites/feed-sites.ts';
import { type Simulator, startSimulator } from '../../../app/dev/simulator/simulator.ts';
import { BUILT_IN_FEEDS } from '../../../app/src/feeds/index.ts';
import { type FeedLine, runRefresher } from '../../support/refresh.ts';

/* Faults of the publishers: test/faults/publishers.faults.ts. */

const NOW = Date.parse('2026-11-20T12:00:00Z');

let folder: string;
let sites: FeedSites;
let abuseIpdb: Simulator;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'feeds-'));
  sites = await startFeedSites({ now: () => NOW });
  abuseIpdb = await startSimulator({ plan: 'premium', listed: 6000, now: () => NOW });
});

afterEach(async () => {
  await Promise.all([sites.close(), abuseIpdb.close()]);
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the refresher, and fails if it writes a secret. */
async function run(feeds: readonly string[]): Promise<readonly FeedLine[]> {
  const options: Readonly<Record<string, string>> = { crowdsec: '#integration=0a1b' };
  const environment = {
    FEEDS: feeds.map((id) => id + (options[id] ?? '')).join(','),
    FEED_STORE: folder,
    FEED_MIRRORS: sites.mirrors,
    ABUSEIPDB_BASE_URL: abuseIpdb.url,
  };
  const result = await runRefresher({ environment, now: NOW, force: true });
  for (const secret of Object.values(SIMULATED_CREDENTIALS)) {
    expect(result.output).not.toContain(secret);
    expect(result.output).not.toContain(secret.split(':').at(-1));
  }
  expect(result.output).not.toContain('X-Amz-Signature');
  return result.feeds;
}

test('Every built-in feed is published, and then confirmed until its publisher has another version', async () => {
  const feeds = BUILT_IN_FEEDS.map(({ id }) => id);
  const events = async () => {
    const lines = await run(feeds);
    return Object.fromEntries(lines.map(({ feed, event, why }) => [feed, why ?? event]));
  };
  const all = (event: string) => Object.fromEntries(feeds.map((id) => [id, event]));
  expect(await events()).toEqual(all('feed-published'));
  expect(await events()).toEqual(all('feed-confirmed'));
});

test('No credential reaches the host of a redirect', async () => {
  await run(['geolite2-country', 'ipinfo-lite']);
  const requests = [...sites.requests('maxmind-files'), ...sites.requests('ipinfo-files')];
  expect(requests.length).toBeGreaterThan(2);
  expect(requests.map(({ headers }) => headers.authorization)).toEqual(
    requests.map(() => undefined),
  );
});
