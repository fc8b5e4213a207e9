import { readdirSync, readFileSync } from 'node:fs';
import type { FeedPointer } from '../../../app/src/feeds/model/pointer.ts';
import type { FeedOutcome } from '../../../app/src/refresher/outcome.ts';
import { createReport } from '../../../app/src/refresher/report.ts';
import { createLoadFailureLog, feedHooks } from '../../../app/src/telemetry/events/feeds.ts';
import { createLog } from '../../../app/src/telemetry/log.ts';
import { Metrics } from '../../../app/src/telemetry/metrics/metrics.ts';
import { FEED_QUERIES } from '../../../infra/monitoring/queries.ts';
import { queryString } from '../../../infra/monitoring/query.ts';
import { runQuery } from '../../support/logs-insights/index.ts';

const NOON = Date.UTC(2026, 10, 20, 12);

function pointerOf(feed: string, others: Partial<FeedPointer> = {}): FeedPointer {
  return {
    ...{ version: 1, feed, content: 'ranges', sha256: 'a'.repeat(64), bytes: 10 },
    ...{ publishedAt: NOON, fetchedAt: NOON, confirmedAt: NOON, summary: { entries: 4 } },
    ...others,
  };
}

const failure = { reason: 'unreachable', why: 'It does not respond.', since: NOON } as const;

/** What a run of the refresher does with each of its feeds. */
const OUTCOMES: Readonly<Record<string, FeedOutcome>> = {
  'tor-exits': {
    ...{ event: 'feed-published', pointer: pointerOf('tor-exits') },
    ...{ note: 'Two lines were dropped.', accepted: 'It is much smaller.' },
  },
  'x4bnet-vpn': { event: 'feed-confirmed', pointer: pointerOf('x4bnet-vpn') },
  'aws-ranges': { event: 'feed-skipped', why: 'The publisher was asked recently.' },
  'ipinfo-lite': { event: 'feed-failed', ...failure },
  partners: { event: 'feed-rejected', ...failure, reason: 'format', why: 'It is HTML.' },
};

/** Returns the log of a run of the refresher, and of a task that follows the feeds. */
function recordLog(): readonly string[] {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => void lines.push(line) });
  const report = createReport(log, 'RiskGate', () => NOON);
  for (const [feed, outcome] of Object.entries(OUTCOMES)) report.onFeed(feed, outcome, 1);
  report.onDeleted('crowdsec');
  report.onCleanUpFailed('cloudflare-ranges', new Error('Access denied.'));
  report.onCompleted();
  const failures = createLoadFailureLog(log, () => NOON);
  const task = feedHooks(log, new Metrics(['service with feeds']), failures);
  const scope = { unlistedAtMost: 100, versions: [4 as const], downgraded: 'It is shorter.' };
  const blacklist = pointerOf('abuseipdb-blacklist', { scope });
  task.onLoaded?.({ feed: 'abuseipdb-blacklist', pointer: blacklist, durationMs: 1 });
  task.onLoadFailed?.({ feed: 'partners', why: 'The store is down.' });
  task.onStateChange?.({ feed: 'ipinfo-lite', status: 'absent', previous: undefined });
  task.onStateChange?.({ feed: 'tor-exits', status: 'expired', previous: 'ready' });
  task.onStateChange?.({ feed: 'tor-exits', status: 'ready', previous: 'expired' });
  failures.stop();
  // CloudWatch adds the stream to each line.
  return lines.map((line, second) =>
    JSON.stringify({
      ...JSON.parse(line),
      ...{ time: new Date(NOON + second * 1000).toISOString(), '@logStream': 'risk-gate/1' },
    }),
  );
}

const LOG = recordLog();

const run = (name: string) => {
  const query = FEED_QUERIES.find((each) => each.name === name);
  if (query === undefined) throw new Error(`There is no query ${name}.`);
  return runQuery(queryString(query), LOG);
};

test('Feed refreshes shows what a run has changed or could not do', () => {
  const rows = run('Feed refreshes').rows.map(({ '@timestamp': _, ...row }) => row);
  // The latest first.
  expect(rows.toReversed()).toEqual([
    {
      ...{ event: 'feed-published', feed: 'tor-exits', published_at: '2026-11-20T12:00:00.000Z' },
      ...{ note: 'Two lines were dropped.', accepted: 'It is much smaller.' },
    },
    {
      ...{ event: 'feed-failed', feed: 'ipinfo-lite', reason: 'unreachable' },
      ...{ why: 'It does not respond.', since: '2026-11-20T12:00:00.000Z' },
    },
    {
      ...{ event: 'feed-rejected', feed: 'partners', reason: 'format', why: 'It is HTML.' },
      since: '2026-11-20T12:00:00.000Z',
    },
    { event: 'feed-deleted', feed: 'crowdsec' },
    { event: 'feed-clean-up-failed', feed: 'cloudflare-ranges', why: 'Access denied.' },
  ]);
});

test('Feeds in the service shows what tasks have loaded or could not load, and why', () => {
  const rows = run('Feeds in the service').rows.toReversed();
  expect(rows.map(({ event, feed, why, msg }) => [event, feed, why ?? msg])).toEqual([
    ['feed-loaded', 'abuseipdb-blacklist', undefined],
    ['feed-downgraded', 'abuseipdb-blacklist', 'It is shorter.'],
    ['feed-load-failed', 'partners', 'The store is down.'],
    ['feed-absent', 'ipinfo-lite', expect.stringContaining('unknown(absent)')],
    ['feed-expired', 'tor-exits', expect.stringContaining('unknown(expired)')],
    ['feed-renewed', 'tor-exits', undefined],
  ]);
  expect(rows[0]).toMatchObject({ published: '2026-11-20T12:00:00.000Z' });
  expect(rows.every((row) => row['@logStream'] === 'risk-gate/1')).toBe(true);
});

test.each(FEED_QUERIES.map(({ name }) => name))('%s reads only fields that are logged', (name) => {
  expect(run(name).absent).toEqual([]);
});

test('the queries show every event of feeds, except those of a run that changes nothing', () => {
  const folder = new URL('../../../app/src/', import.meta.url);
  const logged = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [
      ...readFileSync(new URL(path, folder), 'utf8').matchAll(/event: '(feed-[\w-]+)'/g),
    ])
    .map(([, event = '']) => event);
  const shown = FEED_QUERIES.flatMap(({ name }) => run(name).rows.map(({ event }) => event));
  expect(new Set(['feed-confirmed', 'feed-skipped', ...shown])).toEqual(new Set(logged));
});
