import { ABUSEIPDB_BLACKLIST } from './abuseipdb-blacklist.ts';
import type { FeedCatalog } from './model/configured-feeds.ts';
import type { Feed } from './model/feed.ts';

/** Every built-in feed, in the order of docs/feeds.md. */
export const BUILT_IN_FEEDS: readonly Feed[] = [ABUSEIPDB_BLACKLIST];

/** The feeds that `FEEDS` can contain. */
export const FEED_CATALOG: FeedCatalog = {
  builtIn: BUILT_IN_FEEDS,
  createList: (id) => {
    throw new Error(`The list ${id} cannot be created.`);
  },
};
