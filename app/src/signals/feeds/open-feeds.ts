import type { ConfiguredFeed } from '../../feeds/model/configured-feeds.ts';
import type { AgentFactory } from '../../lib/agents.ts';
import type { StoreLocation } from '../../store/location.ts';
import { openStore } from '../../store/open-store.ts';
import type { FileChecker } from './check-worker.ts';
import { FeedFollower } from './feed-follower.ts';
import type { FeedHooks } from './feed-hooks.ts';
import { type FeedSnapshots, NO_FEEDS } from './feed-snapshots.ts';

export interface FeedsOptions {
  /** In the order of `FEEDS`. */
  readonly configured: readonly ConfiguredFeed[];
  /** Undefined if there are no feeds. */
  readonly store: StoreLocation | undefined;
  /** Milliseconds. */
  readonly pollInterval: number;
}

/** The feeds that the service follows. */
export interface Feeds {
  current(): FeedSnapshots;
  stop(): void;
}

/** Starts to follow the configured feeds, and waits a while for the first snapshots. Never fails. */
export async function openFeeds(
  { configured, store, pollInterval }: FeedsOptions,
  dependencies: {
    readonly hooks: FeedHooks;
    readonly now: () => number;
    readonly agents: AgentFactory;
    /** @default in a worker thread */
    readonly check?: FileChecker | undefined;
  },
): Promise<Feeds> {
  if (store === undefined || configured.length === 0) {
    return { current: () => NO_FEEDS, stop: () => {} };
  }
  const { hooks, now, agents, check } = dependencies;
  const follower = new FeedFollower({
    feeds: configured,
    store: openStore(store, { agents }),
    pollInterval,
    hooks,
    now,
    ...(check && { check }),
  });
  await follower.start();
  return { current: () => follower.current, stop: () => follower.stop() };
}
