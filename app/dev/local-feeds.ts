import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_IN_FEEDS, FEED_CATALOG } from '../src/feeds/index.ts';
import { encodeSnapshot } from '../src/feeds/snapshot/encode.ts';
import { proxyAgents } from '../src/lib/proxy/agents.ts';
import { createReport } from '../src/refresher/report.ts';
import { refresh } from '../src/refresher/run.ts';
import { createCredentialReader } from '../src/refresher/settings/credentials.ts';
import { readRefresherSettings } from '../src/refresher/settings/settings.ts';
import { createSecretsClient } from '../src/secrets/client.ts';
import { bundledGeoDatabase } from '../src/signals/geo/database.ts';
import { openStore } from '../src/store/open-store.ts';
import { createLog } from '../src/telemetry/log.ts';
import type { Environment } from './local-environment.ts';
import { SIMULATED_CREDENTIALS, startFeedSites } from './simulator/feed-sites/feed-sites.ts';

/** Of these only the first is used for countries, so the paid editions would only cost time. */
const OMITTED = ['geolite2-city', 'geoip2-country', 'geoip2-city'];

const OPTIONS: Readonly<Record<string, string>> = { crowdsec: '#integration=simulated' };

/** A list of the operator's own, which the simulated sites have. */
const PARTNERS = 'partners=https://lists.example.net/partners.txt';

/** What the refresher reported about a feed. */
export interface ReportedFeed {
  readonly feed: string;
  readonly event: string;
  /** Why the feed was not published. */
  readonly why?: string;
}

/** The simulated feeds of `npm start`. */
export interface LocalFeeds {
  /** The settings of the service: `FEEDS` and `FEED_STORE`. */
  readonly settings: Environment;
  readonly reported: readonly ReportedFeed[];
  /** Stops the sites, and deletes the store. */
  close(): Promise<void>;
}

/**
 * Simulates the download sites of all feeds, and runs the refresher once into a temporary folder.
 *
 * @param abuseIpdb URL of the simulated AbuseIPDB; without it the blacklist is not among the feeds.
 */
export async function startLocalFeeds(abuseIpdb: string | undefined): Promise<LocalFeeds> {
  const sites = await startFeedSites({ countries: await readFile(bundledGeoDatabase()) });
  const folder = await mkdtemp(join(tmpdir(), 'risk-gate-feeds-'));
  // Also if the service cannot start. The snapshots have 9 MB.
  const removeAtExit = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeAtExit);
  const ids = BUILT_IN_FEEDS.map(({ id }) => id).filter(
    (id) => !OMITTED.includes(id) && (id !== 'abuseipdb-blacklist' || abuseIpdb !== undefined),
  );
  const settings = {
    FEEDS: [...ids.map((id) => id + (OPTIONS[id] ?? '')), PARTNERS].join(','),
    FEED_STORE: folder,
  };
  const reported: ReportedFeed[] = [];
  await runRefresher(
    {
      ...settings,
      ...SIMULATED_CREDENTIALS,
      ...(abuseIpdb && { ABUSEIPDB_API_KEY: 'simulated', ABUSEIPDB_BASE_URL: abuseIpdb }),
      FEED_MIRRORS: sites.mirrors,
    },
    (line) => {
      const { feed, event, why } = JSON.parse(line);
      if (feed !== undefined) reported.push({ feed, event, why });
    },
  );
  return {
    settings,
    reported,
    close: async () => {
      process.off('exit', removeAtExit);
      await Promise.all([sites.close(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

async function runRefresher(
  environment: Environment,
  write: (line: string) => void,
): Promise<void> {
  const settings = readRefresherSettings(environment, FEED_CATALOG);
  const agents = proxyAgents(settings.proxy);
  const now = Date.now;
  await refresh({
    ...settings,
    store: openStore(settings.store, { agents }),
    agents,
    getCredential: createCredentialReader(settings.credentials, createSecretsClient({ agents })),
    encode: encodeSnapshot,
    report: createReport(createLog('info', { write }), settings.service, now),
    accept: [],
    force: false,
    now,
    runId: randomUUID(),
  });
}
