import { randomUUID } from 'node:crypto';
import { ConfigError } from './config/options.ts';
import { FEED_CATALOG } from './feeds/index.ts';
import { encodeSnapshot } from './feeds/snapshot/encode.ts';
import { proxyAgents } from './lib/proxy/agents.ts';
import { createReport } from './refresher/report.ts';
import { refresh } from './refresher/run.ts';
import { parseCommandLine, USAGE } from './refresher/settings/command-line.ts';
import { createCredentialReader } from './refresher/settings/credentials.ts';
import { readRefresherSettings } from './refresher/settings/settings.ts';
import { createSecretsClient } from './secrets/client.ts';
import { openStore } from './store/open-store.ts';
import { createLog } from './telemetry/log.ts';
import { openStandardOutput } from './telemetry/standard-output.ts';

/** How long the last lines of the log may take to be written; after that they are lost. */
const LOG_FLUSH_MS = 5000;

/** Refreshes the feeds once, with the settings of the environment and the command line. */
async function main(): Promise<void> {
  const commandLine = parseCommandLine(process.argv.slice(2));
  if (commandLine.help) {
    process.stdout.write(USAGE);
    return;
  }
  const { into, accept, force } = commandLine;
  const environment = into === undefined ? process.env : { ...process.env, FEED_STORE: into };
  const settings = readRefresherSettings(environment, FEED_CATALOG);
  requireConfigured(
    accept,
    settings.feeds.map(({ feed }) => feed.id),
  );
  const output = openStandardOutput();
  const log = createLog(settings.logLevel, output);
  const exit = () => {
    output.end(() => process.exit(0));
    // If nothing reads the pipe, a regular exit would wait for the pending write.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOG_FLUSH_MS);
  };
  // Every write is complete or absent, so a run can end anywhere. The next one continues.
  const stop = (signal: string) => {
    log.info({ event: 'refresh-stopped', signal });
    log.level = 'silent';
    exit();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const agents = proxyAgents(settings.proxy);
  const client = createSecretsClient({ agents });
  const now = Date.now;
  await refresh({
    ...settings,
    store: openStore(settings.store, { agents }),
    agents,
    getCredential: createCredentialReader(settings.credentials, client),
    encode: encodeSnapshot,
    report: createReport(log, settings.service, now),
    accept,
    force,
    now,
    runId: randomUUID(),
  });
  exit();
}

function requireConfigured(accept: readonly string[], ids: readonly string[]): void {
  const unknown = accept.filter((id) => !ids.includes(id));
  if (unknown.length === 0) return;
  throw new ConfigError(
    `--accept refers to a feed that FEEDS does not contain: use one of ${ids.join(', ')}.`,
  );
}

main().catch((error: unknown) => {
  // The message of a configuration issue is enough; an internal error needs its stack.
  const text = error instanceof ConfigError ? error.message : String((error as Error).stack);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
