import type { ConfiguredFeed } from '../../feeds/model/configured-feeds.ts';
import type { FeedPointer } from '../../feeds/model/pointer.ts';
import type { FeedView } from './feed-view.ts';

/** A snapshot in use. */
export interface LoadedFeed {
  readonly pointer: FeedPointer;
  readonly view: FeedView;
}

/** The state of a feed at some moment. */
export type FeedState =
  | {
      /** The data of an expired feed is older than its `maxAge`. */
      readonly status: 'ready' | 'expired';
      readonly feed: ConfiguredFeed;
      readonly pointer: FeedPointer;
      readonly view: FeedView;
      /** Milliseconds. */
      readonly age: number;
    }
  /** The feed is not configured, or no snapshot of it has been loaded. */
  | { readonly status: 'absent' };

const ABSENT: FeedState = { status: 'absent' };

/**
 * The snapshots of all configured feeds at one moment. It never changes: a new snapshot makes a new set, so that one
 * request, which keeps its set, sees no mixture.
 */
export class FeedSnapshots {
  /** In the order of `FEEDS`. */
  readonly configured: readonly ConfiguredFeed[];
  readonly #byId = new Map<string, { readonly feed: ConfiguredFeed } & LoadedFeed>();

  /** @param loaded by the feed's id. Feeds that are not configured are ignored. */
  constructor(configured: readonly ConfiguredFeed[], loaded: ReadonlyMap<string, LoadedFeed>) {
    this.configured = configured;
    for (const feed of configured) {
      const found = loaded.get(feed.feed.id);
      if (found !== undefined) this.#byId.set(feed.feed.id, { feed, ...found });
    }
  }

  /**
   * Returns the state of a feed.
   *
   * @param now milliseconds since the epoch.
   */
  find(id: string, now: number): FeedState {
    const found = this.#byId.get(id);
    if (found === undefined) return ABSENT;
    const { feed, pointer, view } = found;
    const age = feedAge(feed, pointer, now);
    return { status: age < feed.maxAge ? 'ready' : 'expired', feed, pointer, view, age };
  }

  /** Returns the snapshots of one content, expired ones included, in the order of `FEEDS`. */
  ofContent<Content extends FeedView['content']>(
    content: Content,
  ): readonly Extract<FeedView, { content: Content }>[] {
    return [...this.#byId.values()].flatMap(({ view }) =>
      view.content === content ? [view as Extract<FeedView, { content: Content }>] : [],
    );
  }
}

/** A set without feeds. */
export const NO_FEEDS = new FeedSnapshots([], new Map());

/** Returns the age of a feed's data in milliseconds; 0 if its date is in the future. */
export function feedAge({ feed }: ConfiguredFeed, pointer: FeedPointer, now: number): number {
  const { publishedAt, confirmedAt } = pointer;
  const since = feed.ageFrom === 'published' ? (publishedAt ?? confirmedAt) : confirmedAt;
  return Math.max(0, now - since);
}
