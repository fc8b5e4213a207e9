import * as z from 'zod';
import { FEED_ERROR_REASONS } from '../feeds/model/feed-error.ts';
import type { ObjectStore } from '../store/object-store.ts';

const instant = z.int().min(0);

const schema = z.strictObject({
  version: z.literal(1),
  /** When the publisher was last asked. Absent if never. Milliseconds since the epoch, as are the others. */
  askedAt: instant.optional(),
  /** Whether it answered, and the answer was usable. False while a refresher asks. */
  succeeded: z.boolean(),
  /** Hash of the feed's location and options: other ones make all data new. */
  configuration: z.string().optional(),
  /** Version of the published data at its source. */
  sourceVersion: z.string().optional(),
  /** What was rejected last, until other data is published. */
  rejected: z
    .strictObject({
      reason: z.enum(FEED_ERROR_REASONS),
      message: z.string(),
      at: instant,
      /** Absent if it was not known when the data was rejected. */
      sourceVersion: z.string().optional(),
    })
    .optional(),
  /** Why the last question to the publisher failed, until the next one. */
  failed: z
    .strictObject({ reason: z.enum(FEED_ERROR_REASONS), message: z.string(), at: instant })
    .optional(),
  /** Snapshots that are to be deleted, and since when they are not current. */
  superseded: z.array(z.strictObject({ sha256: z.string(), since: instant })),
  /** Since when `FEEDS` does not contain the feed. */
  removedAt: instant.optional(),
  /** The run that has written the state last, so that two runs never write the same bytes. */
  run: z.string(),
});

/** What the refresher remembers of a feed. */
export type FeedState = z.output<typeof schema>;

export interface StoredState {
  readonly state: FeedState;
  /** For the next write. */
  readonly etag: string;
}

const MAX_BYTES = 1024 * 1024;

/** Returns the key of a feed's state in the store. */
export function stateKey(feedId: string): string {
  return `feeds/${feedId}/state.json`;
}

/** Reads the state of a feed. A damaged one counts as empty: its only cost is a download. */
export async function readState(store: ObjectStore, feedId: string): Promise<StoredState> {
  const object = await store.read(stateKey(feedId), { maxBytes: MAX_BYTES });
  if (object.status !== 'found') return { state: EMPTY, etag: 'absent' };
  return { state: parseState(object.body) ?? EMPTY, etag: object.etag };
}

/**
 * Writes the state of a feed.
 *
 * @throws WriteConflictError if another refresher has written it since it was read.
 */
export async function writeState(
  store: ObjectStore,
  feedId: string,
  { state, etag }: StoredState,
): Promise<StoredState> {
  const body = Buffer.from(JSON.stringify(state));
  return { state, etag: await store.write(stateKey(feedId), body, { expected: etag }) };
}

const EMPTY: FeedState = { version: 1, succeeded: false, superseded: [], run: '' };

function parseState(body: Buffer): FeedState | undefined {
  try {
    return schema.parse(JSON.parse(body.toString()));
  } catch {
    return undefined;
  }
}
