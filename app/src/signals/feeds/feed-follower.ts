import type { ConfiguredFeed } from '../../feeds/model/configured-feeds.ts';
import type { FeedPointer } from '../../feeds/model/pointer.ts';
import { SnapshotError } from '../../feeds/snapshot/open.ts';
import { notify } from '../../lib/hooks.ts';
import { type Schedule, scheduleTimer, withJitter } from '../../lib/schedule.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import { checkInWorker, type FileChecker } from './check-worker.ts';
import type { FeedHooks } from './feed-hooks.ts';
import { FeedSnapshots, type FeedState, type LoadedFeed } from './feed-snapshots.ts';
import { loadSnapshot, readPointer } from './read-feed.ts';

/** Times are in milliseconds. */
export interface FollowerOptions {
  /** In the order of `FEEDS`. */
  readonly feeds: readonly ConfiguredFeed[];
  readonly store: ObjectStore;
  /** Maximum time between two reads of the pointers. */
  readonly pollInterval: number;
  readonly hooks?: FeedHooks;
  /** Since the epoch. @default Date.now */
  readonly now?: () => number;
  /** @default in a worker thread */
  readonly check?: FileChecker;
  /** @default a timer that does not keep the process alive */
  readonly schedule?: Schedule;
  /** Returns a number from 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
}

/** Maximum time to the next poll after the store could not be read. */
const RETRY_INTERVAL_MS = 30_000;

/** What is known of a feed's pointer. */
interface Followed {
  /** Undefined until the pointer is read, and after a failure, so that the next poll tries again. */
  etag?: string | undefined;
  loaded?: LoadedFeed;
}

/**
 * Follows the pointers of the configured feeds, and loads each new snapshot. On any error the last good snapshot stays
 * in use. Loads one snapshot at a time.
 */
export class FeedFollower {
  #current: FeedSnapshots;
  readonly #options: FollowerOptions;
  readonly #followed: ReadonlyMap<string, Followed>;
  readonly #states = new Map<string, FeedState['status']>();
  readonly #control = new AbortController();
  #cancel = () => {};

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#followed = new Map(options.feeds.map(({ feed }) => [feed.id, {}]));
    this.#current = new FeedSnapshots(options.feeds, new Map());
  }

  /** The snapshots in use. */
  get current(): FeedSnapshots {
    return this.#current;
  }

  /** Starts to follow. The first poll begins at once; `start` waits for it, see `StartLimits`. */
  async start(limits: StartLimits = START_LIMITS): Promise<void> {
    let onPointers = () => {};
    const pointers = new Promise<void>((resolve) => {
      onPointers = resolve;
    });
    const first = this.#poll(onPointers);
    if ((await settlesWithin(pointers, limits.pointers)) && limits.snapshots > 0) {
      await settlesWithin(first, limits.snapshots);
    }
  }

  /** Ends the polls, a running load and the connections to the store. */
  stop(): void {
    this.#control.abort(new Error('The service stops.'));
    this.#cancel();
    this.#options.store.close();
  }

  async #poll(onPointers = () => {}): Promise<void> {
    const { signal } = this.#control;
    const { feeds, pollInterval, schedule = scheduleTimer, random = Math.random } = this.#options;
    const reads = await Promise.all(feeds.map((feed) => this.#readPointer(feed)));
    onPointers();
    let isReadable = reads.every((read) => read !== 'failed');
    for (const [index, feed] of feeds.entries()) {
      const pointer = reads[index];
      if (signal.aborted) return;
      if (pointer === undefined || pointer === 'failed') continue;
      isReadable = (await this.#follow(feed, pointer)) && isReadable;
    }
    if (signal.aborted) return;
    this.#reportStates();
    const delay = isReadable ? pollInterval : Math.min(RETRY_INTERVAL_MS, pollInterval);
    this.#cancel = schedule(() => this.#poll(), withJitter(delay, random));
  }

  /** Returns the pointer if it has changed. */
  async #readPointer(feed: ConfiguredFeed): Promise<FeedPointer | 'failed' | undefined> {
    const { store } = this.#options;
    const { signal } = this.#control;
    const followed = this.#of(feed);
    try {
      const read = await readPointer(feed, store, { etag: followed.etag, signal });
      if (read.status !== 'found') return undefined;
      followed.etag = read.etag;
      return read.pointer;
    } catch (error) {
      this.#reportFailure(feed, error);
      return 'failed';
    }
  }

  /** Uses a changed pointer. Returns false if the store could not be read. */
  async #follow(feed: ConfiguredFeed, pointer: FeedPointer): Promise<boolean> {
    const { store, check = checkInWorker, hooks, now = Date.now } = this.#options;
    const { signal } = this.#control;
    const followed = this.#of(feed);
    const { loaded } = followed;
    if (loaded?.pointer.sha256 === pointer.sha256) {
      // Only confirmed.
      this.#use(followed, { ...loaded, pointer });
      return true;
    }
    const startedAt = now();
    try {
      const next = await loadSnapshot(pointer, store, check, signal);
      if (signal.aborted) return true;
      this.#use(followed, next);
      notify(hooks?.onLoaded, { feed: feed.feed.id, pointer, durationMs: now() - startedAt });
      return true;
    } catch (error) {
      followed.etag = undefined;
      this.#reportFailure(feed, error);
      // A snapshot that is not valid would be read every 30 seconds.
      return error instanceof SnapshotError;
    }
  }

  #use(followed: Followed, loaded: LoadedFeed): void {
    followed.loaded = loaded;
    const all = [...this.#followed].flatMap(([id, { loaded: one }]) =>
      one === undefined ? [] : [[id, one] as const],
    );
    this.#current = new FeedSnapshots(this.#options.feeds, new Map(all));
  }

  #reportFailure({ feed }: ConfiguredFeed, error: unknown): void {
    if (this.#control.signal.aborted) return;
    const why = error instanceof Error ? error.message : 'The snapshot cannot be loaded.';
    notify(this.#options.hooks?.onLoadFailed, { feed: feed.id, why });
  }

  /** Reports each feed whose state has changed since the last poll. */
  #reportStates(): void {
    const { feeds, hooks, now = Date.now } = this.#options;
    for (const { feed } of feeds) {
      const { status } = this.#current.find(feed.id, now());
      const previous = this.#states.get(feed.id);
      if (previous === status) continue;
      this.#states.set(feed.id, status);
      notify(hooks?.onStateChange, { feed: feed.id, status, previous });
    }
  }

  #of({ feed }: ConfiguredFeed): Followed {
    // The map has an entry for each configured feed.
    return this.#followed.get(feed.id) as Followed;
  }
}

/**
 * How long a start waits, in milliseconds: for the pointers, and, if they have arrived, for the snapshots. A store that
 * cannot be reached delays no start for long, and the first decisions of a task should know the feeds.
 */
export interface StartLimits {
  readonly pointers: number;
  readonly snapshots: number;
}

const START_LIMITS: StartLimits = { pointers: 2000, snapshots: 10_000 };

async function settlesWithin(work: Promise<void>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  const settled = await Promise.race([work.then(() => true), limit]);
  clearTimeout(timer);
  return settled;
}
