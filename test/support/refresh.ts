import { randomUUID } from 'node:crypto';
import { SIMULATED_CREDENTIALS } from '../../app/dev/simulator/feed-sites/feed-sites.ts';
import { FEED_CATALOG } from '../../app/src/feeds/index.ts';
import { encodeSnapshot } from '../../app/src/feeds/snapshot/encode.ts';
import { proxyAgents } from '../../app/src/lib/proxy/agents.ts';
import { createReport } from '../../app/src/refresher/report.ts';
import { refresh } from '../../app/src/refresher/run.ts';
import { createCredentialReader } from '../../app/src/refresher/settings/credentials.ts';
import { readRefresherSettings } from '../../app/src/refresher/settings/settings.ts';
import { createSecretsClient } from '../../app/src/secrets/client.ts';
import { openStore } from '../../app/src/store/open-store.ts';
import { createLog } from '../../app/src/telemetry/log.ts';

export interface RefreshRun {
  /** The settings besides the credentials of the simulated sites. */
  readonly environment: Readonly<Record<string, string>>;
  readonly accept?: readonly string[];
  readonly force?: boolean;
  readonly now?: number;
}

/** A line of the refresher's log about a feed. */
export interface FeedLine {
  readonly event: string;
  readonly feed: string;
  readonly reason?: string;
  readonly why?: string;
}

export interface RefreshResult {
  readonly feeds: readonly FeedLine[];
  /** Everything that was written. */
  readonly output: string;
}

/** Runs the refresher once in this process, against the simulated sites. */
export async function runRefresher(run: RefreshRun): Promise<RefreshResult> {
  const { environment, accept = [], force = false, now = Date.now() } = run;
  const settings = readRefresherSettings(
    { ...SIMULATED_CREDENTIALS, ABUSEIPDB_API_KEY: 'simulated-key', ...environment },
    FEED_CATALOG,
  );
  const agents = proxyAgents(settings.proxy);
  const lines: string[] = [];
  await refresh({
    ...settings,
    store: openStore(settings.store, { agents }),
    agents,
    getCredential: createCredentialReader(settings.credentials, createSecretsClient({ agents })),
    encode: encodeSnapshot,
    report: createReport(
      createLog('info', { write: (line) => lines.push(line) }),
      settings.service,
      () => now,
    ),
    accept,
    force,
    now: () => now,
    runId: randomUUID(),
  });
  const records = lines.map((line) => JSON.parse(line));
  return {
    feeds: records.filter(({ feed, event }) => feed !== undefined && event !== undefined),
    output: lines.join(''),
  };
}
