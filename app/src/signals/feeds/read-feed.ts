import type { ConfiguredFeed } from '../../feeds/model/configured-feeds.ts';
import {
  type FeedPointer,
  parsePointer,
  pointerKey,
  snapshotKey,
} from '../../feeds/model/pointer.ts';
import { SnapshotError } from '../../feeds/snapshot/open.ts';
import type { ObjectStore } from '../../store/object-store.ts';
import type { FileChecker } from './check-worker.ts';
import type { LoadedFeed } from './feed-snapshots.ts';
import { openFeedView } from './feed-view.ts';

const MAX_POINTER_BYTES = 64 * 1024;
/** Larger than any published database. A task would not have the memory for it. */
const MAX_SNAPSHOT_BYTES = 512 * 1024 * 1024;

export type PointerRead =
  | { readonly status: 'found'; readonly pointer: FeedPointer; readonly etag: string }
  | { readonly status: 'unchanged' | 'absent' };

/**
 * Reads the pointer of a feed.
 *
 * @param etag of the last read, if the pointer is only needed if it has changed.
 * @throws Error with one sentence if the store cannot be read, or the pointer is not valid.
 */
export async function readPointer(
  { feed }: ConfiguredFeed,
  store: ObjectStore,
  { etag, signal }: { readonly etag: string | undefined; readonly signal: AbortSignal },
): Promise<PointerRead> {
  const options = { ifNoneMatch: etag, maxBytes: MAX_POINTER_BYTES, signal };
  const stored = await store.read(pointerKey(feed.id), options);
  if (stored.status !== 'found') return stored;
  const pointer = parsePointer(stored.body.toString('utf8'), feed.id);
  if (pointer.content !== feed.content) {
    throw new Error(
      `The pointer of the feed ${feed.id} is one of ${pointer.content} instead of ${feed.content}: give the list another id, or delete the pointer.`,
    );
  }
  if (pointer.bytes > MAX_SNAPSHOT_BYTES) {
    throw new Error(
      `The snapshot of the feed ${feed.id} has ${pointer.bytes} bytes, and at most ${MAX_SNAPSHOT_BYTES} are loaded.`,
    );
  }
  return { status: 'found', pointer, etag: stored.etag };
}

/**
 * Reads the snapshot of a pointer, and checks it.
 *
 * @throws SnapshotError with one sentence if it is missing or not valid; Error if the store cannot be read.
 */
export async function loadSnapshot(
  pointer: FeedPointer,
  store: ObjectStore,
  check: FileChecker,
  signal: AbortSignal,
): Promise<LoadedFeed> {
  const { feed: id, bytes, content, sha256 } = pointer;
  const stored = await store.read(snapshotKey(id, sha256), { maxBytes: bytes, signal });
  if (stored.status !== 'found') {
    throw new SnapshotError(`The snapshot of the feed ${id} is missing: run the refresher.`);
  }
  try {
    const { file, checked } = await check(stored.body, { content, sha256 }, signal);
    return { pointer, view: openFeedView(id, file, checked) };
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new SnapshotError(`The snapshot of the feed ${id} ${error.message}: run the refresher.`, {
      cause: error,
    });
  }
}
