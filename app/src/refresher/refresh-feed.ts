import type { ConfiguredFeed } from '../feeds/model/configured-feeds.ts';
import type { Download, SourceVersion } from '../feeds/model/feed.ts';
import type { FeedData } from '../feeds/model/feed-data.ts';
import { FeedError } from '../feeds/model/feed-error.ts';
import type { FeedHttp } from '../feeds/model/feed-http.ts';
import { snapshotKey } from '../feeds/model/pointer.ts';
import { type ObjectStore, WriteConflictError } from '../store/object-store.ts';
import { configurationHash, isDue } from './due.ts';
import { describeFailure, standingOutcome } from './failure.ts';
import type { FeedOutcome } from './outcome.ts';
import { readPointer, type StoredPointer, writePointer } from './pointers.ts';
import { publish } from './publish.ts';
import { findRejection } from './rejection.ts';
import { type FeedState, readState, type StoredState, writeState } from './state.ts';

export interface RefreshFeedOptions {
  readonly store: ObjectStore;
  readonly http: FeedHttp;
  /** Returns the feed's secret. @throws FeedError */
  readonly credential: () => Promise<string | undefined>;
  readonly encode: (data: FeedData) => Buffer;
  readonly now: () => number;
  readonly runId: string;
  /** Publishes implausible or older data, once. */
  readonly accept: boolean;
  /** Asks although the feed is not due. */
  readonly force: boolean;
}

/** Refreshes one feed. Never throws: a feed's failure must not stop the others. */
export async function refreshFeed(
  configured: ConfiguredFeed,
  options: RefreshFeedOptions,
): Promise<FeedOutcome> {
  try {
    return await new FeedRefresh(configured, options).run();
  } catch (error) {
    if (error instanceof WriteConflictError) return ANOTHER_REFRESHER;
    return describeFailure(error, configured.feed.id);
  }
}

const ANOTHER_REFRESHER: FeedOutcome = {
  event: 'feed-skipped',
  why: 'Another refresher is refreshing the feed.',
};

class FeedRefresh {
  readonly #configured: ConfiguredFeed;
  readonly #options: RefreshFeedOptions;

  constructor(configured: ConfiguredFeed, options: RefreshFeedOptions) {
    this.#configured = configured;
    this.#options = options;
  }

  async run(): Promise<FeedOutcome> {
    const { store, now, force, accept } = this.#options;
    const { feed } = this.#configured;
    const stored = await readState(store, feed.id);
    const mustAsk = force || accept || isDue(this.#configured, stored.state, now());
    if (!mustAsk) return standingOutcome(stored.state);
    return this.#ask(stored);
  }

  async #ask(stored: StoredState): Promise<FeedOutcome> {
    const { store, runId, now, credential: getCredential } = this.#options;
    const { feed } = this.#configured;
    let credential: string | undefined;
    try {
      credential = await getCredential();
    } catch (error) {
      return describeFailure(error, feed.id);
    }
    // Only one of concurrent refreshers succeeds, and a request of one that is killed counts as made.
    const configuration = configurationHash(this.#configured);
    const isSame = stored.state.configuration === configuration;
    const { removedAt: _, failed: __, sourceVersion, rejected, ...kept } = stored.state;
    const state = {
      ...kept,
      askedAt: now(),
      succeeded: false,
      configuration,
      run: runId,
      // Other options make other data: what is known of the old data does not apply.
      ...(isSame && sourceVersion !== undefined && { sourceVersion }),
      ...(isSame && rejected !== undefined && { rejected }),
    };
    const claimed = await writeState(store, feed.id, { state, etag: stored.etag });
    const current = await readPointer(store, feed.id);
    const hasSnapshot = await this.#hasSnapshot(current);
    try {
      const version = hasSnapshot && !this.#options.accept ? knownVersion(state) : undefined;
      const download = await this.#download(credential, version);
      return download.status === 'unchanged'
        ? await this.#confirm(claimed, current)
        : await this.#publishIfGood(download, claimed, current, isSame);
    } catch (error) {
      if (error instanceof WriteConflictError) throw error;
      return this.#recordFailure(error, claimed);
    }
  }

  async #hasSnapshot({ pointer }: StoredPointer): Promise<boolean> {
    if (pointer === undefined) return false;
    const key = snapshotKey(pointer.feed, pointer.sha256);
    return (await this.#options.store.list(key)).includes(key);
  }

  #download(credential: string | undefined, version: SourceVersion | undefined): Promise<Download> {
    const { http, now } = this.#options;
    const { feed, options } = this.#configured;
    return feed.download({ http, credential, options, version, now: now() });
  }

  async #confirm(claimed: StoredState, current: StoredPointer): Promise<FeedOutcome> {
    const { store, now } = this.#options;
    const { feed } = this.#configured;
    const { rejected } = claimed.state;
    if (rejected?.sourceVersion !== undefined) {
      await writeState(store, feed.id, {
        ...claimed,
        state: { ...claimed.state, succeeded: true },
      });
      const { reason, message: why, at: since } = rejected;
      return { event: 'feed-rejected', reason, why, since };
    }
    if (current.pointer === undefined) {
      throw new FeedError(
        'format',
        `The feed ${feed.id} has no data, and its publisher no change.`,
      );
    }
    const pointer = { ...current.pointer, confirmedAt: now() };
    await writePointer(store, pointer, current);
    const { rejected: _, ...state } = claimed.state;
    await writeState(store, feed.id, { ...claimed, state: { ...state, succeeded: true } });
    return { event: 'feed-confirmed', pointer };
  }

  async #publishIfGood(
    { data, version }: Extract<Download, { status: 'downloaded' }>,
    claimed: StoredState,
    current: StoredPointer,
    isSameConfiguration: boolean,
  ): Promise<FeedOutcome> {
    const { store, encode, now: clock, accept } = this.#options;
    const { feed } = this.#configured;
    const now = clock();
    const isComparable = isSameConfiguration && current.pointer?.content === data.content;
    const previous = isComparable ? current.pointer : undefined;
    const rejection = findRejection(this.#configured, data, previous, now);
    if (rejection !== undefined && !accept) {
      throw new FeedError(rejection.reason, rejection.message, { version });
    }
    const pointer = await publish(data, { store, feedId: feed.id, encode, current, now });
    const { rejected: _, ...state } = claimed.state;
    const replaced = current.pointer?.sha256;
    const isNew = replaced !== pointer.sha256;
    if (isNew && replaced !== undefined) {
      state.superseded = [
        ...state.superseded.filter(({ sha256 }) => sha256 !== replaced),
        { sha256: replaced, since: now },
      ];
    }
    await writeState(store, feed.id, {
      ...claimed,
      state: { ...state, succeeded: true, sourceVersion: version },
    });
    if (!isNew) return { event: 'feed-confirmed', pointer };
    if (replaced !== undefined) await store.markSuperseded(snapshotKey(feed.id, replaced), true);
    return { event: 'feed-published', pointer, note: data.note, accepted: rejection?.message };
  }

  async #recordFailure(error: unknown, claimed: StoredState): Promise<FeedOutcome> {
    const { store, now } = this.#options;
    const { feed } = this.#configured;
    const outcome = describeFailure(error, feed.id);
    const version = error instanceof FeedError ? error.version : undefined;
    const issue = { reason: outcome.reason, message: outcome.why, at: now() };
    const state: FeedState = { ...claimed.state };
    if (outcome.event === 'feed-failed') state.failed = issue;
    else {
      state.rejected = { ...issue, ...(version !== undefined && { sourceVersion: version }) };
      // The publisher has answered. If the version is not known, the interval of failures applies.
      state.succeeded = version !== undefined;
    }
    await writeState(store, feed.id, { ...claimed, state });
    return outcome;
  }
}

/** A rejected version is the one with which the publisher's is compared, so that it is not downloaded again. */
function knownVersion({ rejected, sourceVersion }: StoredState['state']): string | undefined {
  return rejected?.sourceVersion ?? sourceVersion;
}
