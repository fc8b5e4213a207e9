import { createHash } from 'node:crypto';
import type { ConfiguredFeed } from '../../../../app/src/feeds/model/configured-feeds.ts';
import {
  type FeedPointer,
  parsePointer,
  pointerKey,
  snapshotKey,
} from '../../../../app/src/feeds/model/pointer.ts';
import { encodeSnapshot } from '../../../../app/src/feeds/snapshot/encode.ts';
import { openSnapshot } from '../../../../app/src/feeds/snapshot/open.ts';
import { directAgents } from '../../../../app/src/lib/agents.ts';
import { createReport } from '../../../../app/src/refresher/report.ts';
import { type RefreshOptions, refresh } from '../../../../app/src/refresher/run.ts';
import type { ObjectStore } from '../../../../app/src/store/object-store.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';
import { createMemoryStore } from './memory-store.ts';
import { type Publisher, startPublisher } from './publisher.ts';
import { SOURCE } from './test-feed.ts';

const MAX = { maxBytes: 10_000_000 };

/** One line of the refresher's log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** A store, a publisher, and a clock. */
export interface World {
  readonly store: ObjectStore;
  readonly publisher: Publisher;
  /** Milliseconds since the epoch. */
  now: number;
  /** Runs the refresher once, and returns its log without the metrics. */
  run(feeds: readonly ConfiguredFeed[], changes?: Partial<RefreshOptions>): Promise<LogLine[]>;
  /** Metrics of the last run: `FeedErrors` by reason, without zeros, and `FeedRefreshes`. */
  metrics(): Readonly<Record<string, number>>;
  /** The whole log so far. */
  log(): string;
  /** Returns the pointer of a feed as the service reads it, and fails if its snapshot is not good. */
  published(feedId: string): Promise<FeedPointer | undefined>;
  /** The names of a feed's snapshots, in no order. */
  snapshots(feedId: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const store = createMemoryStore();
  const publisher = await startPublisher([SOURCE]);
  let lines: string[] = [];
  const all: string[] = [];
  let runs = 0;
  const world: World = {
    store,
    publisher,
    now: Date.parse('2026-11-01T00:00:00Z'),
    async run(feeds, changes) {
      lines = [];
      runs += 1;
      const log = createLog('info', {
        write: (line: string) => {
          lines.push(line);
          all.push(line);
        },
      });
      await refresh({
        feeds,
        store,
        agents: directAgents,
        mirrors: publisher.mirrors,
        getCredential: async () => undefined,
        encode: encodeSnapshot,
        report: createReport(log, 'test', () => world.now),
        accept: [],
        force: false,
        now: () => world.now,
        runId: `run-${runs}`,
        ...changes,
      });
      return lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== 'metrics');
    },
    metrics() {
      const metrics: Record<string, number> = {};
      for (const line of lines.map((each) => JSON.parse(each))) {
        if (line.event !== 'metrics') continue;
        if (line.Reason === undefined) metrics.FeedRefreshes = line.FeedRefreshes;
        else if (line.FeedErrors > 0) metrics[line.Reason] = line.FeedErrors;
      }
      return metrics;
    },
    log: () => all.join(''),
    async published(feedId) {
      const object = await store.read(pointerKey(feedId), MAX);
      if (object.status !== 'found') return undefined;
      const pointer = parsePointer(object.body.toString(), feedId);
      const snapshot = await store.read(snapshotKey(feedId, pointer.sha256), MAX);
      if (snapshot.status !== 'found') throw new Error('The pointer refers to no snapshot.');
      const hash = createHash('sha256').update(snapshot.body).digest('hex');
      if (hash !== pointer.sha256) throw new Error('The snapshot is damaged.');
      openSnapshot(snapshot.body);
      return pointer;
    },
    snapshots: async (feedId) =>
      (await store.list(`feeds/${feedId}/`)).flatMap((key) => /[0-9a-f]{64}$/.exec(key)?.[0] ?? []),
    async close() {
      await publisher.close();
    },
  };
  return world;
}
