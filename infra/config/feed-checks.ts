import { isSet } from '../../app/src/config/options.ts';
import type { ConfiguredFeed } from '../../app/src/feeds/model/configured-feeds.ts';
import { SECRET_OPTIONS } from './feeds.ts';
import type { StackOptions } from './option-table.ts';

/** Returns an issue for each option of feeds that has no effect. */
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
    ...(isSet(values.feedRefreshMinutes) && configured.length === 0
      ? ['feedRefreshMinutes is set, but feeds is empty: add feeds, or remove feedRefreshMinutes.']
      : []),
  ];
}
