import type { LogThrottle } from '../../lib/log-throttle.ts';
import type { FeedHooks } from '../../signals/feeds/feed-hooks.ts';
import { type FeedSnapshots, feedAge } from '../../signals/feeds/feed-snapshots.ts';
import type { Logger } from '../log.ts';
import type { GaugeCallback, Metrics } from '../metrics/metrics.ts';
import { createThrottledWarnings } from './throttled-warnings.ts';

const HOUR_MS = 3_600_000;

type LoadFailure = Parameters<NonNullable<FeedHooks['onLoadFailed']>>[0];

/**
 * Creates the log of feeds that could not be loaded, which warns of each feed: the first time at once, then once a
 * minute.
 *
 * @param now milliseconds since the epoch.
 */
export function createLoadFailureLog(log: Logger, now: () => number): LogThrottle<LoadFailure> {
  return createThrottledWarnings(log, now, ({ feed, why }, counts) => ({
    event: 'feed-load-failed',
    feed,
    why,
    ...counts,
  }));
}

/** Returns hooks that log and count what happens to the feeds. */
export function feedHooks(
  log: Logger,
  metrics: Metrics,
  failures: LogThrottle<LoadFailure>,
): FeedHooks {
  return {
    onLoaded({ feed, pointer, durationMs }) {
      const { sha256, bytes, publishedAt, confirmedAt, scope } = pointer;
      log.info({
        event: 'feed-loaded',
        feed,
        sha256,
        bytes,
        published: isoTime(publishedAt),
        confirmed: isoTime(confirmedAt),
        duration_ms: Math.round(durationMs),
      });
      if (scope?.downgraded !== undefined) {
        log.warn({ event: 'feed-downgraded', feed, why: scope.downgraded });
      }
    },
    onLoadFailed(failure) {
      metrics.count('FeedLoadFailures', failure.feed);
      failures.add(failure.feed, failure);
    },
    onStateChange({ feed, status, previous }) {
      if (status === 'absent') {
        log.warn({
          event: 'feed-absent',
          feed,
          msg: `There is no snapshot of the feed ${feed}: what needs it is unknown(absent) until the refresher publishes one.`,
        });
      } else if (status === 'expired') {
        log.warn({
          event: 'feed-expired',
          feed,
          msg: `The data of the feed ${feed} has reached its maximum age: until the refresher publishes new data, conditions on it are unknown(expired), unless it is a location database, which remains in use.`,
        });
      } else if (previous === 'expired') log.info({ event: 'feed-renewed', feed });
    },
  };
}

/**
 * Returns a callback that reads the age of each loaded feed, and whether the blacklist is smaller than configured.
 *
 * @param now milliseconds since the epoch.
 */
export function feedGauges(snapshots: () => FeedSnapshots, now: () => number): GaugeCallback {
  return function* readFeedGauges() {
    const current = snapshots();
    for (const configured of current.configured) {
      const { id, content } = configured.feed;
      const state = current.find(id, now());
      if (state.status === 'absent') continue;
      yield ['FeedAge', feedAge(configured, state.pointer, now()) / HOUR_MS, id];
      if (content === 'scores') {
        yield ['BlacklistDowngraded', Number(state.pointer.scope?.downgraded !== undefined)];
      }
    }
  };
}

function isoTime(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
