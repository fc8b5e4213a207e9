// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';

/*
 * The store has, for each feed, the snapshots under the hashes of their contents, and one pointer to the current one:
 *
 *   feeds/<id>/<sha256>        a snapshot, never changed
 *   feeds/<id>/current.json    the pointer, written after the snapshot
 *   feeds/<id>/state.json      what only the refresher needs
 *   quotas/<account>.json      requests of the last 24 hours
 */

const instant = z.int().min(0);

const schema = z.strictObject({
  version: z.literal(1),
  feed: z.string(),
  content: z.enum(['places', 'anonymizers', 'ranges', 'networks', 'scores']),
  /** Hash of the snapshot, and its name in the store. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(1),
  /** The publisher's date; absent if it states none. Milliseconds since the epoch, as are the others. */
  publishedAt: instant.optional(),
  /** When the refresher published the snapshot. */
  fetchedAt: instant,
  /** When the publisher last had no other version. */
  confirmedAt: instant,
  summary: z.record(z.string(), z.union([z.number(), z.string()])),
  /** Of scores: `ScoreScope`. */
  scope: z
    .strictObject({
      unlistedAtMost: z.int().min(0).max(100),
      versions: z.array(z.union([z.literal(4), z.literal(6)])),
      downgraded: z.string().optional(),
    })
    .optional(),
});

/** The pointer to the current snapshot of a feed. */
export type FeedPointer = z.output<typeof schema>;

/** Returns the key of a feed's pointer in the store. */
export function pointerKey(feedId: string): string {
  return `feeds/${feedId}/current.json`;
}

/** Returns the key of a snapshot in the store. */
export function snapshotKey(feedId: string, sha256: string): string {
  return `feeds/${feedId}/${sha256}`;
}

/**
 * Parses the pointer of a feed.
 *
 * @throws Error with one sentence if it is not a pointer of this version and feed.
 */
export function parsePointer(text: string, feedId: string): FeedPointer {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`The pointer of the feed ${feedId} is not valid JSON.`);
  }
  const result = schema.safeParse(value);
  if (!result.success || result.data.feed !== feedId) {
    throw new Error(`The pointer of the feed ${feedId} is not one of this version of Risk Gate.`);
  }
  return result.data;
}
