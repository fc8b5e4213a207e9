import type { ConfiguredFeed } from '../feeds/model/configured-feeds.ts';
import type { FeedData } from '../feeds/model/feed-data.ts';
import type { AgentFactory } from '../lib/agents.ts';
import { type ObjectStore, WriteConflictError } from '../store/object-store.ts';
import { deleteRemoved, deleteSuperseded } from './clean-up.ts';
import { createFeedHttp } from './http/feed-http.ts';
import type { Mirror } from './http/mirrors.ts';
import { createS3Reader } from './http/s3-object.ts';
import { createQuotas } from './quotas.ts';
import { refreshFeed } from './refresh-feed.ts';
import type { Report } from './report.ts';
import type { GetCredential } from './settings/credentials.ts';

export interface RefreshOptions {
  readonly feeds: readonly ConfiguredFeed[];
  readonly store: ObjectStore;
  readonly agents: AgentFactory;
  readonly mirrors: readonly Mirror[];
  readonly getCredential: GetCredential;
  readonly encode: (data: FeedData) => Buffer;
  readonly report: Report;
  /** Ids of feeds whose implausible or older data is published. */
  readonly accept: readonly string[];
  readonly force: boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Distinguishes concurrent runs. */
  readonly runId: string;
}

/** More would need more memory: a city database and its archive have 200 MB. */
const CONCURRENCY = 2;

/** Refreshes the feeds that are due, and then deletes what is superseded. Never throws because of a feed. */
export async function refresh(options: RefreshOptions): Promise<void> {
  const { feeds, store, agents, mirrors, getCredential, encode, report } = options;
  const { accept, force, now, runId } = options;
  const { httpAgent, httpsAgent } = agents();
  const http = {
    agents: { httpAgent, httpsAgent },
    mirrors,
    quotas: createQuotas({ store, now, runId }),
    readS3Object: createS3Reader(agents),
  };
  const waiting = [...feeds];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { feed } = next;
      const start = performance.now();
      const outcome = await refreshFeed(next, {
        store,
        http: createFeedHttp(feed, http),
        credential: () => getCredential(feed.id, feed.credential),
        encode,
        now,
        runId,
        accept: accept.includes(feed.id),
        force,
      });
      report.onFeed(feed.id, outcome, performance.now() - start);
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
  } finally {
    httpAgent.destroy();
    httpsAgent.destroy();
  }
  await cleanUp(options);
  report.onCompleted();
}

async function cleanUp({ feeds, store, report, now, runId }: RefreshOptions): Promise<void> {
  const tryTo = async (feedId: string | undefined, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      // Another refresher deletes the same.
      if (!(error instanceof WriteConflictError)) report.onCleanUpFailed(feedId, error as Error);
    }
  };
  await tryTo(undefined, async () => {
    const keys = await store.list('feeds/');
    const options = { store, now: now(), runId };
    for (const { feed } of feeds) {
      const own = keys.filter((key) => key.startsWith(`feeds/${feed.id}/`));
      await tryTo(feed.id, () => deleteSuperseded(feed.id, own, options));
    }
    const configured = feeds.map(({ feed }) => feed);
    for (const id of await deleteRemoved(configured, keys, options)) report.onDeleted(id);
  });
}
