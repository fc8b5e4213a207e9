import { isSet } from '../../app/src/config/options.ts';
import { MAX_BLACKLIST_MAX_AGE } from '../../app/src/config/setting-table.ts';
import type { ConfiguredFeed } from '../../app/src/feeds/model/configured-feeds.ts';
import { MINUTE_MS } from '../../app/src/feeds/model/times.ts';
import { parseDurationSetting } from '../../app/src/lib/duration.ts';
import { SECRET_OPTIONS } from './feeds.ts';
import type { StackOptions } from './option-table.ts';

/** Returns an issue for each option of feeds that has no effect, and for each feed that would always expire. */
export function checkFeeds(
  options: Partial<StackOptions>,
  values: Readonly<Record<string, unknown>>,
): readonly string[] {
  // Invalid feeds have an issue of their own.
  if (options.feeds === undefined) return [];
  const { feeds: configured } = options.feeds;
  const unused = (option: string, isUsed: (feed: ConfiguredFeed) => boolean, of: string) =>
    isSet(values[option]) && !configured.some(isUsed)
      ? [`${option} is set, but feeds contains no feed ${of}: add one, or remove ${option}.`]
      : [];
  return [
    ...Object.entries(SECRET_OPTIONS).flatMap(([credential, option]) =>
      unused(option, ({ feed }) => feed.credential === credential, 'that reads this secret'),
    ),
    ...unused('blacklistMaxAge', ({ feed }) => feed.content === 'scores', 'with scores'),
    ...checkAges(configured, options),
    ...(isSet(values.feedRefreshMinutes) && configured.length === 0
      ? ['feedRefreshMinutes is set, but feeds is empty: add feeds, or remove feedRefreshMinutes.']
      : []),
  ];
}

/** A feed must be asked for again before it expires, or it would come and go, and its alarm with it. */
function checkAges(
  configured: readonly ConfiguredFeed[],
  { feedRefreshMinutes, blacklistMaxAge }: Partial<StackOptions>,
): readonly string[] {
  if (feedRefreshMinutes === undefined) return [];
  return configured.flatMap(({ feed: { id, content }, interval, maxAge }) => {
    const wait = Math.max(interval, feedRefreshMinutes * MINUTE_MS);
    const provesFor =
      content === 'scores' && blacklistMaxAge !== undefined
        ? parseDurationSetting(blacklistMaxAge, MAX_BLACKLIST_MAX_AGE)
        : undefined;
    const [limit, name] =
      provesFor !== undefined && provesFor < maxAge
        ? [provesFor, 'blacklistMaxAge']
        : [maxAge, 'max-age'];
    if (limit > wait) return [];
    return [
      `${name} of the feed ${id} is ${limit / MINUTE_MS} min, but it is refreshed every ${wait / MINUTE_MS} min: raise it, or lower interval or feedRefreshMinutes.`,
    ];
  });
}
