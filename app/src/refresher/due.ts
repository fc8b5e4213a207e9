import { createHash } from 'node:crypto';
import type { ConfiguredFeed } from '../feeds/model/configured-feeds.ts';
import type { FeedState } from './state.ts';

/** Runs do not start to the second: one that starts a little early must not postpone a feed to the next. */
const MAX_EARLY_SHARE = 0.05;

/**
 * Returns whether a feed's publisher may be asked now. After a failure the publisher's own minimum applies instead of
 * the configured interval.
 */
export function isDue(configured: ConfiguredFeed, state: FeedState, now: number): boolean {
  const { askedAt } = state;
  // A time in the future was recorded before the clock was set back.
  if (askedAt === undefined || askedAt > now) return true;
  const { feed, interval } = configured;
  const isCurrent = state.succeeded && state.configuration === configurationHash(configured);
  const wait = isCurrent
    ? Math.max(feed.interval, interval * (1 - MAX_EARLY_SHARE))
    : feed.interval;
  return now - askedAt >= wait;
}

/** Hashes what determines a feed's data, because it may contain a password or a token. */
export function configurationHash({ feed, options }: ConfiguredFeed): string {
  const configuration = JSON.stringify([feed.locationHash ?? feed.homepage, options]);
  return createHash('sha256').update(configuration).digest('hex');
}
