import type { Feed } from '../feeds/model/feed.ts';
import { pointerKey, snapshotKey } from '../feeds/model/pointer.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { readPointer } from './pointers.ts';
import { type FeedState, readState, stateKey, writeState } from './state.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Tasks that read the pointer before it moved may still load the snapshot. */
const KEEP_SUPERSEDED_MS = DAY_MS;

/** Time to undo the removal of a feed from `FEEDS`. Licences allow 30 days. */
const KEEP_REMOVED_MS = 7 * DAY_MS;

const SNAPSHOT_NAME = /^[0-9a-f]{64}$/;

export interface CleanUpOptions {
  readonly store: ObjectStore;
  readonly now: number;
  readonly runId: string;
}

/**
 * Deletes the snapshots of a feed that have not been current for a day: superseded ones, and those of refreshers that
 * were killed before they moved the pointer.
 *
 * @param keys all keys of the feed.
 */
export async function deleteSuperseded(
  feedId: string,
  keys: readonly string[],
  { store, now, runId }: CleanUpOptions,
): Promise<void> {
  const stored = await readState(store, feedId);
  const { pointer } = await readPointer(store, feedId);
  const names = keys.map((key) => key.slice(`feeds/${feedId}/`.length));
  const others = names.filter((name) => SNAPSHOT_NAME.test(name) && name !== pointer?.sha256);
  const known = new Map(stored.state.superseded.map(({ sha256, since }) => [sha256, since]));
  if (pointer !== undefined && known.has(pointer.sha256)) {
    // It was published again, and a concurrent refresher may have marked it afterwards.
    await store.markSuperseded(snapshotKey(feedId, pointer.sha256), false);
  }
  const superseded: FeedState['superseded'] = [];
  for (const sha256 of others) {
    // A time in the future was recorded before the clock was set back.
    const since = Math.min(known.get(sha256) ?? now, now);
    if (now - since >= KEEP_SUPERSEDED_MS) await store.delete(snapshotKey(feedId, sha256));
    else superseded.push({ sha256, since });
  }
  if (JSON.stringify(superseded) === JSON.stringify(stored.state.superseded)) return;
  const state = { ...stored.state, superseded, run: runId };
  await writeState(store, feedId, { ...stored, state });
}

/**
 * Deletes everything of the feeds that `FEEDS` has not contained for a week.
 *
 * @param keys all keys of all feeds.
 * @returns the ids of the deleted feeds.
 */
export async function deleteRemoved(
  configured: readonly Pick<Feed, 'id'>[],
  keys: readonly string[],
  { store, now, runId }: CleanUpOptions,
): Promise<string[]> {
  const ids = new Set(keys.flatMap((key) => /^feeds\/([^/]+)\/[^/]+$/.exec(key)?.[1] ?? []));
  const removed = [...ids].filter((id) => !configured.some((feed) => feed.id === id));
  const deleted: string[] = [];
  for (const id of removed) {
    const stored = await readState(store, id);
    const removedAt = Math.min(stored.state.removedAt ?? now, now);
    if (now - removedAt < KEEP_REMOVED_MS) {
      if (stored.state.removedAt === removedAt) continue;
      await writeState(store, id, { ...stored, state: { ...stored.state, removedAt, run: runId } });
      continue;
    }
    // The pointer first, and the state last: a process that is killed in between leaves nothing that is used.
    await store.delete(pointerKey(id));
    for (const key of keys.filter((each) => each.startsWith(`feeds/${id}/`))) {
      if (key !== stateKey(id)) await store.delete(key);
    }
    await store.delete(stateKey(id));
    deleted.push(id);
  }
  return deleted;
}
