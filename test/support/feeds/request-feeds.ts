import type { ConfiguredFeed } from '../../../app/src/feeds/model/configured-feeds.ts';
import type { Feed } from '../../../app/src/feeds/model/feed.ts';
import type { FeedPointer } from '../../../app/src/feeds/model/pointer.ts';
import { FeedSnapshots, type LoadedFeed } from '../../../app/src/signals/feeds/feed-snapshots.ts';
import type { FeedView } from '../../../app/src/signals/feeds/feed-view.ts';
import { RequestFeeds } from '../../../app/src/signals/feeds/request-feeds.ts';

/** A feed for tests: what it says about every address, and why it is unknown. */
export interface FeedForTest extends Partial<Feed> {
  readonly id: string;
  /** Absent if it is not loaded. */
  readonly view?: FeedView | undefined;
  readonly expired?: boolean;
}

const NOW = Date.UTC(2026, 0, 5);
const MAX_AGE = 3_600_000;

/** Returns the feeds of a request. All of them are configured. */
export function requestFeeds(feeds: readonly FeedForTest[]): RequestFeeds {
  const configured = feeds.map((feed) => configuredFeed(feed));
  const loaded = feeds.flatMap(({ id, view, expired = false }): [string, LoadedFeed][] => {
    if (view === undefined) return [];
    const at = expired ? NOW - MAX_AGE : NOW;
    const pointer: FeedPointer = {
      version: 1,
      feed: id,
      content: view.content,
      sha256: '0'.repeat(64),
      bytes: 1,
      fetchedAt: at,
      confirmedAt: at,
      summary: {},
    };
    return [[id, { pointer, view }]];
  });
  return new RequestFeeds(new FeedSnapshots(configured, new Map(loaded)), NOW);
}

function configuredFeed({ view, expired: _, ...feed }: FeedForTest): ConfiguredFeed {
  return {
    feed: {
      title: 'addresses',
      homepage: 'https://example.com/',
      content: view?.content ?? 'ranges',
      licence: { name: 'none', attribution: 'none' },
      interval: MAX_AGE,
      maxAge: MAX_AGE,
      ageFrom: 'confirmed',
      download: () => Promise.reject(new Error('not downloaded')),
      findImplausible: () => undefined,
      ...feed,
    },
    options: {},
    interval: MAX_AGE,
    maxAge: MAX_AGE,
  };
}
