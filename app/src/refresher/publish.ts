import { createHash } from 'node:crypto';
import type { FeedData } from '../feeds/model/feed-data.ts';
import { type FeedPointer, snapshotKey } from '../feeds/model/pointer.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { type StoredPointer, writePointer } from './pointers.ts';

export interface PublishOptions {
  readonly store: ObjectStore;
  readonly feedId: string;
  readonly encode: (data: FeedData) => Buffer;
  /** As read before the download. */
  readonly current: StoredPointer;
  readonly now: number;
}

/**
 * Writes data as a snapshot, and then moves the pointer. A process that is killed in between leaves a snapshot that
 * nothing refers to, which a later run deletes.
 *
 * @returns the new pointer; its hash is that of the current one if the data is the same.
 * @throws WriteConflictError if another refresher has published meanwhile.
 */
export async function publish(data: FeedData, options: PublishOptions): Promise<FeedPointer> {
  const { store, feedId, encode, current, now } = options;
  const snapshot = encode(data);
  const sha256 = createHash('sha256').update(snapshot).digest('hex');
  // Even if there is one: it may be about to be deleted, and the write removes the mark for that.
  await store.write(snapshotKey(feedId, sha256), snapshot);
  const pointer: FeedPointer = {
    version: 1,
    feed: feedId,
    content: data.content,
    sha256,
    bytes: snapshot.length,
    ...(data.publishedAt === undefined ? {} : { publishedAt: data.publishedAt }),
    fetchedAt: current.pointer?.sha256 === sha256 ? current.pointer.fetchedAt : now,
    confirmedAt: now,
    summary: data.summary,
    ...(data.content === 'scores' ? { scope: copyScope(data.scope) } : {}),
  };
  await writePointer(store, pointer, current);
  return pointer;
}

function copyScope(
  scope: Extract<FeedData, { content: 'scores' }>['scope'],
): NonNullable<FeedPointer['scope']> {
  return { ...scope, versions: [...scope.versions] };
}
