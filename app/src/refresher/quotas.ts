// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { FeedQuota } from '../feeds/model/feed.ts';
import { FeedError } from '../feeds/model/feed-error.ts';
import { type ObjectStore, WriteConflictError } from '../store/object-store.ts';

/** Counts requests in the store, so that refreshers that fail, and are started again, stay within the quota. */
export interface Quotas {
  /**
   * Counts a request that is about to be sent.
   *
   * @throws FeedError `quota` if the quota of 24 hours is used up, `store` if the request cannot be counted.
   */
  take(feedId: string, quota: FeedQuota): Promise<void>;
  /** Records the publisher's own limit from a response header, whatever its form. */
  learnLimit(quota: FeedQuota, header: string): Promise<void>;
}

export interface QuotasOptions {
  readonly store: ObjectStore;
  readonly now: () => number;
  /** Distinguishes concurrent refreshers. */
  readonly runId: string;
}

const DAY_MS = 86_400_000;
const MAX_BYTES = 1024 * 1024;
/** Conflicts of concurrent refreshers with the same account, after which no request is sent. */
const MAX_ATTEMPTS = 5;

const schema = z.strictObject({
  version: z.literal(1),
  /** Milliseconds since the epoch. */
  requests: z.array(z.int().min(0)),
  /** The publisher's own limit per day. */
  limit: z.int().min(1).optional(),
  /** The run that has written the counter last, and its number of writes: S3 accepts the same bytes from two writers. */
  run: z.string(),
});
type Counter = z.output<typeof schema>;

export function createQuotas({ store, now, runId }: QuotasOptions): Quotas {
  let writes = 0;
  const update = async (account: string, change: (counter: Counter) => Counter | undefined) => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const key = `quotas/${account}.json`;
      const object = await store.read(key, { maxBytes: MAX_BYTES });
      const counter =
        object.status === 'found' ? parseCounter(object.body, key) : emptyCounter(runId);
      writes += 1;
      const changed = change({
        ...counter,
        run: `${runId} ${writes}`,
        requests: current(counter.requests, now()),
      });
      if (changed === undefined) return;
      const expected = object.status === 'found' ? object.etag : 'absent';
      try {
        await store.write(key, Buffer.from(JSON.stringify(changed)), { expected });
        return;
      } catch (error) {
        if (!(error instanceof WriteConflictError)) throw error;
      }
    }
    throw new Error(`Other refreshers count requests of ${account} at the same time.`);
  };

  return {
    async take(feedId, quota) {
      try {
        let refusal: FeedError | undefined;
        await update(quota.account, (counter) => {
          const perDay = requestsPerDay(quota, counter.limit);
          const { requests } = counter;
          refusal = requests.length >= perDay ? usedUp(feedId, requests, perDay) : undefined;
          // Written even if it is refused: requests in the future begin to age.
          return refusal ? counter : { ...counter, requests: [...requests, now()] };
        });
        if (refusal !== undefined) throw refusal;
      } catch (error) {
        if (error instanceof FeedError) throw error;
        // Without a counter the request could be the one that locks the account.
        throw new FeedError(
          'store',
          `A request for the feed ${feedId} cannot be counted, and is not sent. ${(error as Error).message}`,
        );
      }
    },
    async learnLimit({ account }, header) {
      const limit = /^\d{1,9}$/.test(header) ? Number(header) : 0;
      if (limit === 0) return;
      try {
        await update(account, (counter) =>
          counter.limit === limit ? undefined : { ...counter, limit },
        );
      } catch {
        // The download is more important, and the next response has the limit again.
      }
    },
  };
}

function emptyCounter(run: string): Counter {
  return { version: 1, requests: [], run };
}

/**
 * Returns the requests of the last 24 hours. One in the future was counted before the clock was set back: it counts as
 * made now, because its true age is not known.
 */
function current(requests: readonly number[], now: number): number[] {
  return requests.filter((time) => time > now - DAY_MS).map((time) => Math.min(time, now));
}

function requestsPerDay({ perDay }: FeedQuota, limit: number | undefined): number {
  return limit !== undefined && limit > perDay ? limit - 1 : perDay;
}

function usedUp(feedId: string, requests: readonly number[], perDay: number): FeedError {
  const oldest = requests.toSorted((one, other) => one - other)[requests.length - perDay] ?? 0;
  const next = new Date(oldest + DAY_MS).toISOString();
  return new FeedError(
    'quota',
    `The feed ${feedId} has used its ${perDay} requests of 24 hours: the next one is possible at ${next}.`,
  );
}

function parseCounter(body: Buffer, key: string): Counter {
  try {
    return schema.parse(JSON.parse(body.toString()));
  } catch {
    throw new Error(
      `The counter ${key} is not valid: delete it when the last request is 24 hours ago.`,
    );
  }
}
