import { jest } from '@jest/globals';
import { FeedSnapshots } from '../../../../app/src/signals/feeds/feed-snapshots.ts';
import { openFeedView } from '../../../../app/src/signals/feeds/feed-view.ts';
import {
  createLoadFailureLog,
  feedGauges,
  feedHooks,
} from '../../../../app/src/telemetry/events/feeds.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import {
  feedOf,
  HOUR,
  NOON,
  pointerTo,
  rangesFile,
  scoresFile,
} from '../../signals/feeds/published-feeds.ts';

let lines: object[];
let metrics: Metrics;
const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
const hooks = () =>
  feedHooks(
    log,
    metrics,
    createLoadFailureLog(log, () => NOON),
  );

beforeEach(() => {
  jest.useFakeTimers({ now: NOON });
  lines = [];
  metrics = new Metrics(['service with feeds']);
});
afterEach(() => {
  jest.useRealTimers();
});

test('A snapshot that is loaded is logged with its dates', () => {
  const feed = feedOf('tor-exits', 'ranges');
  const file = rangesFile('9.9.9.9');
  const pointer = pointerTo(feed, file, { publishedAt: NOON - HOUR });
  hooks().onLoaded?.({ feed: 'tor-exits', pointer, durationMs: 12.4 });
  expect(lines).toMatchObject([
    {
      level: 'info',
      event: 'feed-loaded',
      feed: 'tor-exits',
      sha256: pointer.sha256,
      bytes: file.length,
      published: '2026-11-20T11:00:00.000Z',
      confirmed: '2026-11-20T12:00:00.000Z',
      duration_ms: 12,
    },
  ]);
});

test('Failures are logged once a minute for each feed, and all are counted', () => {
  const { onLoadFailed } = hooks();
  for (let failure = 0; failure < 5; failure += 1) {
    onLoadFailed?.({ feed: 'tor-exits', why: 'The feed store is down.' });
  }
  onLoadFailed?.({ feed: 'vpn', why: 'The feed store is down.' });
  expect(lines).toMatchObject([
    { level: 'warn', event: 'feed-load-failed', feed: 'tor-exits', count: 1 },
    { level: 'warn', event: 'feed-load-failed', feed: 'vpn', why: 'The feed store is down.' },
  ]);
  const points = metrics.drain().filter(({ name }) => name === 'FeedLoadFailures');
  expect(points).toEqual([
    { name: 'FeedLoadFailures', value: 6 },
    { name: 'FeedLoadFailures', dimension: 'tor-exits', value: 5 },
    { name: 'FeedLoadFailures', dimension: 'vpn', value: 1 },
  ]);
});

test.each([
  [undefined, 'absent', ['feed-absent']],
  [undefined, 'ready', []],
  ['absent', 'ready', []],
  ['ready', 'expired', ['feed-expired']],
  ['expired', 'ready', ['feed-renewed']],
] as const)('A state that changes from %s to %s is logged as %j', (previous, status, events) => {
  hooks().onStateChange?.({ feed: 'tor-exits', status, previous });
  expect(lines.map((line) => Reflect.get(line, 'event'))).toEqual(events);
});

describe('the gauges', () => {
  const tor = feedOf('tor-exits', 'ranges');
  const blacklist = feedOf('abuseipdb-blacklist', 'scores', { ageFrom: 'published' });
  const ranges = rangesFile('9.9.9.9');
  const scores = scoresFile({ '9.9.9.9': 90 });
  const loadedTor = {
    pointer: pointerTo(tor, ranges, { confirmedAt: NOON - 2 * HOUR }),
    view: openFeedView('tor-exits', ranges, { content: 'ranges' }),
  };
  const loadedBlacklist = (downgraded?: string) => ({
    pointer: pointerTo(blacklist, scores, {
      publishedAt: NOON - 30 * HOUR,
      scope: { unlistedAtMost: 100, versions: [], ...(downgraded && { downgraded }) },
    }),
    view: openFeedView('abuseipdb-blacklist', scores, { content: 'scores' }),
  });
  const gaugesOf = (...loaded: [string, typeof loadedTor][]) => {
    const snapshots = new FeedSnapshots([tor, blacklist], new Map(loaded));
    return [
      ...feedGauges(
        () => snapshots,
        () => NOON,
      )(),
    ];
  };

  test('have the age in hours of each feed that is loaded, expired or not', () => {
    expect(gaugesOf(['tor-exits', loadedTor])).toEqual([['FeedAge', 2, 'tor-exits']]);
    expect(gaugesOf(['abuseipdb-blacklist', loadedBlacklist()])).toEqual([
      ['FeedAge', 30, 'abuseipdb-blacklist'],
      ['BlacklistDowngraded', 0],
    ]);
  });

  test('report a blacklist that is smaller than configured', () => {
    const loaded = loadedBlacklist('The subscription has lapsed.');
    expect(gaugesOf(['abuseipdb-blacklist', loaded])).toContainEqual(['BlacklistDowngraded', 1]);
  });
});
