import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FEED_CATALOG } from '../../app/src/feeds/index.ts';
import { type ConfiguredFeed, parseFeeds } from '../../app/src/feeds/model/configured-feeds.ts';
import { encodeSnapshot } from '../../app/src/feeds/snapshot/encode.ts';
import { READINESS_PATH } from '../../app/src/http/paths.ts';
import { createFolderStore } from '../../app/src/store/folder-store.ts';
import { pointerTo, publish, rangesFile } from '../app/signals/feeds/published-feeds.ts';
import { startLoad } from '../support/load.ts';
import { type Fleet, startFleet } from './fleet.ts';
import type { ServiceProcess } from './service.ts';
import { waitUntil } from './states.ts';

const MIB = 1024 * 1024;

const TOR_EXITS = 'tor-exits';

/** Reads the feed before and after a CHECK, which takes longer than the time between two swaps. */
const POLICY = `
version: 1
feeds: [${TOR_EXITS}]
rules:
  - { id: before, when: 'address.within("${TOR_EXITS}")', then: { lifetime: 5m } }
  - { id: check, when: abuse.score > 99, then: { deny: No. } }
  - { id: after, when: anonymizer.tor, then: { lifetime: 4m } }
unknown: { address: { deny: No. }, anonymizer: { deny: No. }, feeds: { deny: No. }, reputation: { deny: No. } }
`;

let fleet: Fleet;
let folder: string;
let settings: Readonly<Record<string, string>>;

beforeAll(async () => {
  fleet = await startFleet();
});

afterAll(() => fleet.stop());

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-swaps-'));
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, POLICY);
  settings = {
    POLICY_FILE: policyFile,
    DRAIN_DELAY_MS: '0',
    FEEDS: TOR_EXITS,
    FEED_STORE: join(folder, 'store'),
    FEED_POLL_INTERVAL: '1s',
  };
});

afterEach(() => rmSync(folder, { recursive: true }));

function configured(feeds: string): readonly ConfiguredFeed[] {
  return parseFeeds(feeds, FEED_CATALOG).feeds;
}

function events({ process }: ServiceProcess, name: string): readonly Record<string, unknown>[] {
  const lines = process.stdout().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line)).filter(({ event }) => event === name);
}

async function waitForLoads(service: ServiceProcess, count: number): Promise<void> {
  const isLoaded = async () => events(service, 'feed-loaded').length >= count;
  await waitUntil(isLoaded, `${count} snapshots are loaded`);
}

test('each request during swaps sees one snapshot, and the service stays ready', async () => {
  const [torExits] = configured(TOR_EXITS);
  if (torExits === undefined) throw new Error('The feed is not configured.');
  const store = createFolderStore(settings.FEED_STORE ?? '');
  // All addresses of cold requests, or none.
  const snapshots = [rangesFile('9.9.0.0/16'), rangesFile('8.8.8.8/32')] as const;
  const publishNext = (swap: number) =>
    publish(store, torExits, snapshots[swap % 2] ?? snapshots[0], { confirmedAt: Date.now() });
  await publishNext(0);
  const service = await fleet.start(settings);
  const load = startLoad({
    port: service.port,
    clientGroups: [{ clients: 12, body: fleet.coldRequest }],
  });
  const readiness = watchReadiness(service.port);
  for (let swap = 1; swap <= 12; swap += 1) {
    await publishNext(swap);
    await waitForLoads(service, swap + 1);
  }
  await load.stop();
  expect(new Set(await readiness.stop())).toEqual(new Set([200]));
  expect(load.lost).toEqual([]);
  expect(load.responses.filter(({ status, decided }) => status !== 200 || !decided)).toEqual([]);
  expect(await service.process.end()).toBe(0);

  const rules = events(service, 'decision').map((decision) => JSON.stringify(decision.rules));
  expect(rules).toHaveLength(load.responses.length);
  expect(new Set(rules)).toEqual(new Set(['["before","after"]', '[]']));
});

/** Asks whether the service is ready until it is stopped, and then returns the statuses. */
function watchReadiness(port: number): { stop(): Promise<readonly number[]> } {
  let isStopped = false;
  const statuses: number[] = [];
  const done = (async () => {
    while (!isStopped) {
      const response = await fetch(`http://127.0.0.1:${port}${READINESS_PATH}`);
      await response.arrayBuffer();
      statuses.push(response.status);
      await delay(10);
    }
    return statuses;
  })();
  return {
    stop() {
      isStopped = true;
      return done;
    },
  };
}

test('200 swaps leave no memory behind', async () => {
  const FEED_COUNT = 20;
  const RANGES = 100_000;
  const feeds = Array.from(
    { length: FEED_COUNT },
    (_, index) => `list-${index}=https://lists.example.net/${index}`,
  );
  const all = configured(feeds.join());
  expect(all).toHaveLength(FEED_COUNT);
  const store = createFolderStore(settings.FEED_STORE ?? '');
  const snapshots = [0, 1].map((offset) =>
    encodeSnapshot({
      content: 'ranges',
      publishedAt: undefined,
      summary: {},
      blocks: Array.from({ length: RANGES }, (_, index) => {
        const address = 16_777_216 + 4 * index + offset;
        return { version: 4, first: address, last: address } as const;
      }),
    }),
  );
  const publishAll = async (round: number) => {
    for (const feed of all) {
      await publish(store, feed, snapshots[round % 2] ?? Buffer.alloc(0));
    }
  };
  await publishAll(0);
  const service = await fleet.start({ ...settings, FEEDS: feeds.join(), POLICY_FILE: '' });
  // The first swaps fill the caches of V8 and of the allocator.
  await publishAll(1);
  await waitForLoads(service, 2 * FEED_COUNT);
  const before = await service.memoryInUse();
  expect(before.bufferBytes).toBeGreaterThan(FEED_COUNT * RANGES * 8);
  for (let round = 2; round < 12; round += 1) {
    await publishAll(round);
    await waitForLoads(service, (round + 1) * FEED_COUNT);
  }
  const after = await service.memoryInUse();
  expect(after.bufferBytes - before.bufferBytes).toBeLessThan(2 * MIB);
  // 200 snapshots have 150 MiB.
  expect(after.residentBytes - before.residentBytes).toBeLessThan(64 * MIB);
  expect(await service.process.end()).toBe(0);
});

/** A store in S3 that sends no snapshot before it is told to. */
interface SlowStore {
  readonly settings: Readonly<Record<string, string>>;
  /** Resolves when the service has asked for the snapshot. */
  readonly asked: Promise<void>;
  publish(): void;
  sendSnapshot(): void;
  close(): void;
}

async function startSlowStore(): Promise<SlowStore> {
  const [torExits] = configured(TOR_EXITS);
  if (torExits === undefined) throw new Error('The feed is not configured.');
  const blocks = Array.from({ length: 500_000 }, (_, index) => {
    const address = 16_777_216 + 4 * index;
    return { version: 4, first: address, last: address } as const;
  });
  const snapshot = encodeSnapshot({
    content: 'ranges',
    publishedAt: undefined,
    summary: {},
    blocks,
  });
  const pointer = JSON.stringify(pointerTo(torExits, snapshot, { confirmedAt: Date.now() }));
  let isPublished = false;
  let pending: ServerResponse | undefined;
  let onAsked = () => {};
  const asked = new Promise<void>((resolve) => {
    onAsked = resolve;
  });
  const server = createServer((request, response) => {
    const isPointer = request.url?.includes('/current.json') === true;
    if (!isPublished) {
      response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
    } else if (isPointer) {
      response.writeHead(200, { etag: '"1"' }).end(pointer);
    } else {
      response.writeHead(200, { etag: '"2"', 'content-length': snapshot.length });
      response.write(snapshot.subarray(0, 1000));
      pending = response;
      onAsked();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    settings: { FEED_STORE: 's3://feeds', AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${port}` },
    asked,
    publish() {
      isPublished = true;
    },
    sendSnapshot: () => pending?.end(snapshot.subarray(1000)),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe('SIGTERM ends the service at once', () => {
  let store: SlowStore;
  beforeEach(async () => {
    store = await startSlowStore();
  });
  afterEach(() => store.close());

  test('while its start waits for a snapshot', async () => {
    store.publish();
    const service = fleet.spawn({ ...settings, ...store.settings });
    await store.asked;
    // With the load, it would exit with 1 after 25 s.
    expect(await service.end()).toBe(0);
    expect(service.stderr()).toBe('');
  });

  test.each([
    ['a snapshot is downloaded', async () => {}],
    [
      'a snapshot is checked in the worker thread',
      async () => {
        store.sendSnapshot();
        await delay(30);
      },
    ],
  ])('while %s', async (_, proceed) => {
    const service = await fleet.start({ ...settings, ...store.settings });
    store.publish();
    await store.asked;
    await proceed();
    expect(await service.process.end()).toBe(0);
    expect(service.process.stderr()).toBe('');
  });
});
