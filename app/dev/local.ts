import { displayText } from '../tools/display.ts';
import { startLocalFeeds } from './local-feeds.ts';
import { startSimulator } from './simulator/simulator.ts';
import { readLogFormat } from './terminal/log-format.ts';

/** Enough for a plausible blacklist. */
const LISTED_ADDRESSES = 3000;

/** Checks per day of the simulated plan: a smaller quota would be spread so thin that trying addresses ends at once. */
const PREMIUM_QUOTA = 50_000;

/** Runs the service on one machine, with simulated AWS services, AbuseIPDB and feeds. */
async function main(environment: NodeJS.ProcessEnv): Promise<void> {
  const logFormat = readLogFormat(environment.LOG_FORMAT, process.stdout.isTTY);
  const simulator = environment.ABUSEIPDB_API_KEY
    ? undefined
    : await startSimulator({ plan: 'premium', quota: PREMIUM_QUOTA, listed: LISTED_ADDRESSES });
  const [feeds, { runLocalService }] = await Promise.all([
    environment.FEEDS === undefined ? startLocalFeeds(simulator?.url) : undefined,
    // The refresher often waits for the disk. Meanwhile the modules of the service are loaded.
    import('./local-service.ts'),
  ]);
  await runLocalService({ environment, logFormat, simulator, feeds });
}

main(process.env).catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message.split('\n').map(displayText).join('\n')}\n`);
  process.exit(1);
});
