import { createQuotas } from '../../../app/src/refresher/quotas.ts';
import type { ObjectStore } from '../../../app/src/store/object-store.ts';
import { DAY_MS, HOUR_MS, SOURCE, setSource, testFeed } from './support/test-feed.ts';
import { createWorld, type World } from './support/world.ts';

const COUNTER = 'quotas/source.json';
const QUOTA = { account: 'source', perDay: 5, limitHeader: 'x-limit' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const quotasOf = (store: ObjectStore = world.store, runId = 'run') =>
  createQuotas({ store, now: () => world.now, runId });

/** Takes until the quota is used up, and returns how often it was not. */
async function takeAll(): Promise<number> {
  const quotas = quotasOf();
  for (let taken = 0; taken < 200; taken += 1) {
    try {
      await quotas.take('list', QUOTA);
    } catch {
      return taken;
    }
  }
  throw new Error('There is no limit.');
}

test.each([
  ['that fails', () => world.publisher.on(SOURCE, (response) => response.writeHead(500).end())],
  ['whose connections break', () => world.publisher.on(SOURCE, (response) => response.destroy())],
  ['that succeeds', () => setSource(world.publisher, { asns: [1] })],
])('a retry loop over two days with a publisher %s stays within the quota', async (_, arrange) => {
  arrange();
  const times: number[] = [];
  for (const end = world.now + 2 * DAY_MS; world.now < end; world.now += HOUR_MS) {
    const before = world.publisher.requests.length;
    await world.run([testFeed()], { force: true, accept: ['list'] });
    if (world.publisher.requests.length > before) times.push(world.now);
  }
  const inDayFrom = (start: number) =>
    times.filter((time) => time >= start && time < start + DAY_MS).length;
  expect(Math.max(...times.map(inDayFrom))).toBe(5);
  expect(times).toHaveLength(10);
});

test('reports when the next request is possible', async () => {
  await takeAll();
  world.now += HOUR_MS;
  await expect(quotasOf().take('list', QUOTA)).rejects.toMatchObject({
    reason: 'quota',
    message:
      'The feed list has used its 5 requests of 24 hours: the next one is possible at 2026-11-02T00:00:00.000Z.',
  });
});

test.each([
  ['an hour', -HOUR_MS],
  ['a year', -365 * DAY_MS],
])('after the clock was set back by %s, the requests count for another day', async (_, change) => {
  await takeAll();
  world.now += change;
  expect(await takeAll()).toBe(0);
  world.now += DAY_MS - 1;
  expect(await takeAll()).toBe(0);
  world.now += 1;
  expect(await takeAll()).toBe(5);
});

test("the publisher's own limit applies instead if it is higher", async () => {
  const limits: number[] = [];
  for (const header of ['100', '7', '5', '3', 'many', '-1']) {
    await quotasOf().learnLimit(QUOTA, header);
    limits.push(await takeAll());
    world.now += DAY_MS;
  }
  expect(limits).toEqual([99, 6, 5, 5, 5, 5]);
});

test.each([
  ['is not valid', '{"version":1,"requests":"none"}'],
  ['is cut off', '{"version":1,'],
  ['is empty', ''],
])('no request is sent if the counter %s', async (_, text) => {
  setSource(world.publisher, { asns: [1] });
  await world.store.write(COUNTER, Buffer.from(text));
  expect(await world.run([testFeed()])).toMatchObject([
    {
      event: 'feed-failed',
      reason: 'store',
      why: 'A request for the feed list cannot be counted, and is not sent. The counter quotas/source.json is not valid: delete it when the last request is 24 hours ago.',
    },
  ]);
  expect(world.publisher.requests).toEqual([]);
});

test.each(['read', 'write'] as const)(
  'no request is sent if the counter cannot be %s',
  async (method) => {
    setSource(world.publisher, { asns: [1] });
    const store: ObjectStore = {
      ...world.store,
      [method]: (key: string, ...rest: [never]) =>
        key === COUNTER ? Promise.reject(new Error('No.')) : world.store[method](key, ...rest),
    };
    expect(await world.run([testFeed()], { store })).toMatchObject([{ reason: 'store' }]);
    expect(world.publisher.requests).toEqual([]);
  },
);

test('refreshers that count at the same time lose no request', async () => {
  const takes = Array.from({ length: 8 }, (_, run) =>
    quotasOf(world.store, `${run}`).take('list', QUOTA),
  );
  const results = await Promise.allSettled(takes);
  const taken = results.filter(({ status }) => status === 'fulfilled').length;
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThanOrEqual(5);
  expect(await takeAll()).toBe(5 - taken);
});

test('two feeds of one account that count in the same millisecond lose no request', async () => {
  // As the store in S3, which takes a refused write of the stored bytes for its own whose response was lost.
  const store: ObjectStore = {
    ...world.store,
    async write(key, body, options) {
      try {
        return await world.store.write(key, body, options);
      } catch (error) {
        const stored = await world.store.read(key, { maxBytes: 1024 * 1024 });
        if (stored.status === 'found' && stored.body.equals(body)) return stored.etag;
        throw error;
      }
    },
  };
  const quotas = quotasOf(store);
  await Promise.all([quotas.take('list', QUOTA), quotas.take('other', QUOTA)]);
  expect(await takeAll()).toBe(3);
});
