import type { ConfiguredFeed } from '../feeds/model/configured-feeds.ts';
import type { FeedData } from '../feeds/model/feed-data.ts';
import type { FeedPointer } from '../feeds/model/pointer.ts';

/** Why valid data is not published. The operator can override it once. */
export interface Rejection {
  readonly reason: 'implausible' | 'older';
  readonly message: string;
}

/** The clocks of publishers are not exact. */
const MAX_FUTURE_MS = 86_400_000;

/**
 * Compares data with the published snapshot.
 *
 * @param previous undefined if there is none, or if it has other options.
 */
export function findRejection(
  { feed, options }: ConfiguredFeed,
  data: FeedData,
  previous: FeedPointer | undefined,
  now: number,
): Rejection | undefined {
  const { publishedAt } = data;
  const advice = `Publish it with --accept ${feed.id} if it is right.`;
  if (publishedAt !== undefined && publishedAt < (previous?.publishedAt ?? 0)) {
    const dates = [publishedAt, previous?.publishedAt ?? 0].map((date) =>
      new Date(date).toISOString(),
    );
    return {
      reason: 'older',
      message: `The data of the feed ${feed.id} is of ${dates[0]}, and the published data is newer (${dates[1]}). ${advice}`,
    };
  }
  const why =
    publishedAt !== undefined && publishedAt > now + MAX_FUTURE_MS
      ? `its date ${new Date(publishedAt).toISOString()} is in the future`
      : feed.findImplausible(data, { previous: previous?.summary, options, now });
  if (why === undefined) return undefined;
  return {
    reason: 'implausible',
    message: `The data of the feed ${feed.id} is implausible: ${why}. ${advice}`,
  };
}
