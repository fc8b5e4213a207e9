import { FEED_ERROR_REASONS } from '../../../app/src/feeds/model/feed-error.ts';
import { pointerKey, snapshotKey } from '../../../app/src/feeds/model/pointer.ts';
import { stateKey } from '../../../app/src/refresher/state.ts';
import { StoreError } from '../../../app/src/store/object-store.ts';
import {
  CANARY,
  DAY_MS,
  HOUR_MS,
  SOURCE,
  type SourceList,
  setSource,
  testFeed,
} from './support/test-feed.ts';
import { createWorld, type World } from './support/world.ts';

const FIRST: SourceList = { asns: [1, 2, 3, 4], date: Date.parse('2026-10-30T00:00:00Z') };
const SECOND: SourceList = { asns: [1, 2, 3, 5], date: Date.parse('2026-10-31T00:00:00Z') };
const SMALL: SourceList = { asns: [1], date: Date.parse('2026-10-31T12:00:00Z') };
const OLDER: SourceList = { asns: [1, 2, 3, 6], date: Date.parse('2026-10-29T00:00:00Z') };
const FUTURE: SourceList = { asns: [1, 2, 3, 7], date: Date.parse('2026-11-04T00:00:00Z') };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  // Of every test: no line of the log contains the secret of the URL, the header or the response.
  expect(world.log()).not.toContain(CANARY);
  await world.close();
});

/** Publishes the first list, and lets the interval pass. */
async function publishFirst() {
  setSource(world.publisher, FIRST);
  await world.run([testFeed()]);
  world.now += 6 * HOUR_MS;
  return world.published('list');
}

describe('a feed', () => {
  test('is published, and confirmed while it is unchanged', async () => {
    setSource(world.publisher, FIRST);
    const start = world.now;
    const lines = await world.run([testFeed()]);
    expect(lines).toMatchObject([
      {
        event: 'feed-published',
        feed: 'list',
        summary: { entries: 4 },
        published_at: '2026-10-30T00:00:00.000Z',
      },
    ]);
    world.now += 6 * HOUR_MS;
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-confirmed' }]);
    expect(await world.published('list')).toMatchObject({
      content: 'networks',
      publishedAt: FIRST.date,
      fetchedAt: start,
      confirmedAt: world.now,
      summary: { entries: 4 },
    });
    expect(world.metrics()).toEqual({ FeedRefreshes: 1 });
  });

  test('is confirmed if its new version has the same data', async () => {
    const first = await publishFirst();
    world.now += 6 * HOUR_MS;
    const date = Date.parse('2026-10-31T00:00:00Z');
    setSource(world.publisher, { ...FIRST, date });
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-confirmed' }]);
    expect(await world.published('list')).toEqual({
      ...first,
      publishedAt: date,
      confirmedAt: world.now,
    });
  });

  test.each([
    ['before its interval', 5.5 * HOUR_MS, {}, 'feed-skipped', 1],
    [
      'a little before its interval, because runs are not exact',
      5.9 * HOUR_MS,
      {},
      'feed-confirmed',
      2,
    ],
    ['before its interval with --force', 60_000, { force: true }, 'feed-confirmed', 2],
    ['after the clock was set back', -30 * DAY_MS, {}, 'feed-confirmed', 2],
  ])('that is asked for %s', async (_, elapsed, changes, event, requests) => {
    setSource(world.publisher, FIRST);
    await world.run([testFeed()]);
    world.now += elapsed;
    expect(await world.run([testFeed()], changes)).toMatchObject([{ event }]);
    expect(world.publisher.requests).toHaveLength(requests);
  });

  test('that failed is asked for again after the minimum interval of its publisher', async () => {
    world.publisher.on(SOURCE, (response) => response.writeHead(503).end());
    await world.run([testFeed()]);
    world.now += HOUR_MS - 1;
    // An alarm must not end because nobody asked.
    expect(await world.run([testFeed()])).toMatchObject([
      { event: 'feed-failed', reason: 'unreachable', since: '2026-11-01T00:00:00.000Z' },
    ]);
    expect(world.metrics()).toEqual({ FeedRefreshes: 1, unreachable: 1 });
    setSource(world.publisher, FIRST);
    world.now += 1;
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-published' }]);
    expect(world.publisher.requests).toHaveLength(2);
  });

  test.each([
    ['is missing', 'delete'],
    ['is damaged', 'write'],
  ] as const)('is downloaded again if its pointer %s', async (_, change) => {
    await publishFirst();
    await world.store[change](pointerKey('list'), Buffer.from('{"version":2'));
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-published' }]);
    expect(await world.published('list')).toMatchObject({ summary: { entries: 4 } });
  });

  test('is downloaded again if its snapshot is missing', async () => {
    const pointer = await publishFirst();
    await world.store.delete(`feeds/list/${pointer?.sha256}`);
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-confirmed' }]);
    expect((await world.published('list'))?.sha256).toBe(pointer?.sha256);
  });

  test('is downloaded again if its state is damaged', async () => {
    await publishFirst();
    await world.store.write(stateKey('list'), Buffer.from('{'));
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-confirmed' }]);
  });

  test('with other options is downloaded again, and not compared with the data of the old ones', async () => {
    await publishFirst();
    setSource(world.publisher, SMALL);
    const other = { ...testFeed(), options: { only: ['US'] } };
    expect(await world.run([other])).toMatchObject([{ event: 'feed-published' }]);
  });

  test('does not stop the others when it fails', async () => {
    setSource(world.publisher, FIRST);
    const broken = testFeed('broken', { download: () => Promise.reject(new Error(CANARY)) });
    const lines = await world.run([broken, testFeed('one'), testFeed('two')]);
    const events = Object.fromEntries(lines.map(({ feed, event }) => [feed, event]));
    expect(events).toEqual({
      broken: 'feed-rejected',
      one: 'feed-published',
      two: 'feed-published',
    });
  });
});

test('data that is damaged in the store is downloaded again with --accept, although the publisher has no other', async () => {
  const pointer = await publishFirst();
  await world.store.write(snapshotKey('list', pointer?.sha256 ?? ''), Buffer.from('damaged'));
  await expect(world.published('list')).rejects.toThrow('damaged');
  await world.run([testFeed()], { accept: ['list'] });
  expect(await world.published('list')).toMatchObject({ sha256: pointer?.sha256 });
});

/** What is rejected, why, whether `--accept` publishes it, and what the operator reads. */
const REJECTED: readonly (readonly [
  name: string,
  source: SourceList | string,
  reason: (typeof FEED_ERROR_REASONS)[number],
  isAccepted: boolean,
  why: string,
])[] = [
  [
    'data that is too small',
    SMALL,
    'implausible',
    true,
    'The data of the feed list is implausible: it has 1 entries instead of 4. Publish it with --accept list if it is right.',
  ],
  [
    'data from the future',
    FUTURE,
    'implausible',
    true,
    'The data of the feed list is implausible: its date 2026-11-04T00:00:00.000Z is in the future. Publish it with --accept list if it is right.',
  ],
  [
    'older data',
    OLDER,
    'older',
    true,
    'The data of the feed list is of 2026-10-29T00:00:00.000Z, and the published data is newer (2026-10-30T00:00:00.000Z). Publish it with --accept list if it is right.',
  ],
  [
    'truncated data',
    `{"asns":[1,2,"${CANARY}`,
    'format',
    false,
    'The list of the feed list is not valid JSON.',
  ],
  [
    'data with a wrong checksum',
    { asns: [1, 2, 3, 666] },
    'checksum',
    false,
    'The checksum of the feed list is wrong.',
  ],
];

describe.each(REJECTED)('%s', (_, source, reason, isAccepted, why) => {
  test('is rejected, remembered and reported in each run, and the last good snapshot stays', async () => {
    const good = await publishFirst();
    setSource(world.publisher, source);
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-rejected', reason, why }]);
    expect(world.metrics()).toEqual({ FeedRefreshes: 1, [reason]: 1 });
    for (const elapsed of [HOUR_MS, 6 * HOUR_MS]) {
      world.now += elapsed;
      expect(await world.run([testFeed()])).toMatchObject([
        { event: 'feed-rejected', reason, why, since: '2026-11-01T06:00:00.000Z' },
      ]);
      expect(world.metrics()).toEqual({ FeedRefreshes: 1, [reason]: 1 });
    }
    expect(await world.published('list')).toEqual(good);
    // It was downloaded once: the last question had its version.
    expect(world.publisher.requests).toHaveLength(3);
    expect(world.publisher.requests[2]?.headers['if-none-match']).not.toBe(
      world.publisher.requests[1]?.headers['if-none-match'],
    );
  });

  test(`is ${isAccepted ? '' : 'not '}published with --accept`, async () => {
    const good = await publishFirst();
    setSource(world.publisher, source);
    await world.run([testFeed()]);
    const lines = await world.run([testFeed()], { accept: ['list'] });
    const published = await world.published('list');
    if (!isAccepted) {
      expect(lines).toMatchObject([{ event: 'feed-rejected', reason }]);
      expect(published).toEqual(good);
      return;
    }
    expect(lines).toMatchObject([{ event: 'feed-published', accepted: why }]);
    expect(published?.sha256).not.toBe(good?.sha256);
    world.now += 6 * HOUR_MS;
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-confirmed' }]);
  });

  test('is forgotten when the publisher has good data again', async () => {
    await publishFirst();
    setSource(world.publisher, source);
    await world.run([testFeed()]);
    setSource(world.publisher, SECOND);
    world.now += 6 * HOUR_MS;
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-published' }]);
    world.now += HOUR_MS;
    expect(await world.run([testFeed()])).toMatchObject([{ event: 'feed-skipped' }]);
  });
});

test('the override applies to one run', async () => {
  await publishFirst();
  setSource(world.publisher, { asns: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  await world.run([testFeed()], { accept: ['list'] });
  setSource(world.publisher, SMALL);
  world.now += 6 * HOUR_MS;
  expect(await world.run([testFeed()])).toMatchObject([
    { event: 'feed-rejected', reason: 'implausible' },
  ]);
});

/** Failures to ask or to publish: what happens, and the reason that the operator sees. */
const FAILED: readonly (readonly [reason: string, arrange: () => Promise<object | undefined>])[] = [
  ['unreachable', async () => void world.publisher.on(SOURCE, (response) => response.destroy())],
  ['authentication', status(401)],
  ['forbidden', status(403)],
  ['missing', status(404)],
  ['quota', status(429)],
  [
    'store',
    async () => ({
      store: { ...world.store, write: () => Promise.reject(new StoreError('No space is left.')) },
    }),
  ],
];

function status(code: number) {
  return async () =>
    void world.publisher.on(SOURCE, (response) => response.writeHead(code).end(CANARY));
}

test.each(FAILED)(
  'a failure of the kind %s leaves the last good snapshot',
  async (reason, arrange) => {
    const good = await publishFirst();
    const changes = (await arrange()) ?? {};
    const lines = await world.run([testFeed()], changes);
    expect(lines).toMatchObject([
      {
        level: 'warn',
        event: 'feed-failed',
        feed: 'list',
        reason,
        why: expect.stringMatching(/\.$/),
      },
    ]);
    expect(world.metrics()).toEqual({ FeedRefreshes: 1, [reason]: 1 });
    expect(await world.published('list')).toEqual(good);
  },
);

test('the tests above cover every reason', () => {
  const covered = [...REJECTED.map(([, , reason]) => reason), ...FAILED.map(([reason]) => reason)];
  expect([...new Set(covered)].sort()).toEqual([...FEED_ERROR_REASONS].sort());
});

test('a fault of a feed is reported with its place, and without its message', async () => {
  setSource(world.publisher, { asns: [13] });
  expect(await world.run([testFeed()])).toMatchObject([
    {
      event: 'feed-rejected',
      reason: 'format',
      why: 'The data of the feed list cannot be processed (TypeError): report it as a fault of Risk Gate.',
      at: expect.stringContaining('test-feed.ts'),
    },
  ]);
});

describe('superseded snapshots', () => {
  test('are kept for a day, and then deleted', async () => {
    const first = await publishFirst();
    setSource(world.publisher, SECOND);
    await world.run([testFeed()]);
    const second = await world.published('list');
    const both = [first?.sha256, second?.sha256].sort();
    world.now += DAY_MS - 1;
    await world.run([testFeed()]);
    expect((await world.snapshots('list')).sort()).toEqual(both);
    world.now += 1;
    await world.run([testFeed()]);
    expect(await world.snapshots('list')).toEqual([second?.sha256]);
  });

  test('are kept when they are published again', async () => {
    const first = await publishFirst();
    for (const list of [SECOND, FIRST]) {
      setSource(world.publisher, list);
      await world.run([testFeed()], { accept: ['list'] });
      world.now += 12 * HOUR_MS;
    }
    world.now += 2 * DAY_MS;
    await world.run([testFeed()]);
    expect(await world.snapshots('list')).toEqual([first?.sha256]);
    expect(await world.published('list')).toMatchObject({ sha256: first?.sha256 });
  });

  test('of a clock that was set back are deleted a day later', async () => {
    await publishFirst();
    setSource(world.publisher, SECOND);
    await world.run([testFeed()]);
    world.now -= 30 * DAY_MS;
    await world.run([testFeed()]);
    world.now += DAY_MS;
    await world.run([testFeed()]);
    expect(await world.snapshots('list')).toHaveLength(1);
  });
});

describe('a feed that is removed from FEEDS', () => {
  test('is kept for a week, and then deleted completely', async () => {
    await publishFirst();
    await world.run([]);
    world.now += 7 * DAY_MS - 1;
    await world.run([]);
    expect(await world.published('list')).toBeDefined();
    world.now += 1;
    expect(await world.run([])).toMatchObject([{ event: 'feed-deleted', feed: 'list' }]);
    expect(await world.store.list('feeds/')).toEqual([]);
  });

  test('is kept if it is added again within the week', async () => {
    await publishFirst();
    await world.run([]);
    world.now += 6 * DAY_MS;
    await world.run([testFeed()]);
    await world.run([]);
    world.now += 6 * DAY_MS;
    await world.run([]);
    expect(await world.published('list')).toBeDefined();
  });
});

test('of two refreshers at once one asks, and both end well', async () => {
  setSource(world.publisher, FIRST);
  const results = await Promise.all(
    [1, 2].map((run) => world.run([testFeed()], { runId: `${run}` })),
  );
  expect(results).toHaveLength(2);
  expect(world.publisher.requests).toHaveLength(1);
  expect(await world.published('list')).toMatchObject({ summary: { entries: 4 } });
});
