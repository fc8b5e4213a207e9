import type { FeedPointer } from '../../feeds/model/pointer.ts';
import type { FeedState } from './feed-snapshots.ts';

/** Receives what happens to the feeds. An error of a hook is swallowed. */
export interface FeedHooks {
  readonly onLoaded?: (load: {
    readonly feed: string;
    readonly pointer: FeedPointer;
    readonly durationMs: number;
  }) => void;
  /** The last good snapshot stays in use. `why` is one sentence. */
  readonly onLoadFailed?: (failure: { readonly feed: string; readonly why: string }) => void;
  /** Called after the first poll for each feed, and after each poll for each feed whose state has changed. */
  readonly onStateChange?: (change: {
    readonly feed: string;
    readonly status: FeedState['status'];
    /** Undefined after the first poll. */
    readonly previous: FeedState['status'] | undefined;
  }) => void;
}
