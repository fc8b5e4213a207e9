import { type FeedPointer, parsePointer, pointerKey } from '../feeds/model/pointer.ts';
import type { ObjectStore } from '../store/object-store.ts';

export interface StoredPointer {
  /** Undefined if there is none of this version of Risk Gate. */
  readonly pointer: FeedPointer | undefined;
  /** For the next write. */
  readonly etag: string;
}

const MAX_BYTES = 1024 * 1024;

/**
 * Reads the pointer of a feed. A damaged one counts as none, so that the next data repairs it: the service cannot use
 * it either.
 */
export async function readPointer(store: ObjectStore, feedId: string): Promise<StoredPointer> {
  const object = await store.read(pointerKey(feedId), { maxBytes: MAX_BYTES });
  if (object.status !== 'found') return { pointer: undefined, etag: 'absent' };
  try {
    return { pointer: parsePointer(object.body.toString(), feedId), etag: object.etag };
  } catch {
    return { pointer: undefined, etag: object.etag };
  }
}

/**
 * Moves the pointer of a feed.
 *
 * @throws WriteConflictError if another refresher has moved it since it was read.
 */
export async function writePointer(
  store: ObjectStore,
  pointer: FeedPointer,
  { etag }: StoredPointer,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(pointer));
  await store.write(pointerKey(pointer.feed), body, { expected: etag });
}
