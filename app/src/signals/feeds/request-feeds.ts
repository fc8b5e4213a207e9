import type { ConfiguredFeed } from '../../feeds/model/configured-feeds.ts';
import { type FeedSnapshots, type FeedState, NO_FEEDS } from './feed-snapshots.ts';

/** The feeds as one request sees them: one set of snapshots, with their state at its start. */
export class RequestFeeds {
  readonly snapshots: FeedSnapshots;
  /** Milliseconds since the epoch. */
  readonly now: number;

  constructor(snapshots: FeedSnapshots, now: number) {
    this.snapshots = snapshots;
    this.now = now;
  }

  /** In the order of `FEEDS`. */
  get configured(): readonly ConfiguredFeed[] {
    return this.snapshots.configured;
  }

  find(id: string): FeedState {
    return this.snapshots.find(id, this.now);
  }
}

/** The feeds of a service without feeds. */
export const NO_REQUEST_FEEDS = new RequestFeeds(NO_FEEDS, 0);
