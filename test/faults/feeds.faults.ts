import { pointsOf, sumOf } from '../support/emf.ts';
import { FEED_CASES, type FeedCase, type Outcome } from './feed-cases.ts';
import { FeedWorld } from './feed-service.ts';

interface FeedFault {
  readonly name: string;
  /** Starts the service in the fault, or begins the fault while it runs. */
  readonly begin: (world: FeedWorld) => Promise<void>;
  /** The outcome of a rule that depends on the feed. */
  readonly expected: (feedCase: FeedCase) => Outcome;
  /** Logged by the service; the last of them is awaited. */
  readonly events: readonly string[];
  readonly isLoadFailure: boolean;
}

const whenAbsent = (feedCase: FeedCase) => feedCase.whenAbsent;
const whenExpired = (feedCase: FeedCase) => feedCase.whenExpired;
const whenLoaded = (): Outcome => 'matched';

async function startLoaded(world: FeedWorld): Promise<void> {
  await world.publish();
  await world.start();
  expect(await world.outcome()).toBe('matched');
}

const FAULTS: readonly FeedFault[] = [
  {
    name: 'absent',
    begin: (world) => world.start(),
    expected: whenAbsent,
    events: ['feed-absent'],
    isLoadFailure: false,
  },
  {
    name: 'expired at start',
    begin: async (world) => {
      await world.publish();
      world.expire();
      await world.start();
    },
    expected: whenExpired,
    events: ['feed-loaded', 'feed-expired'],
    isLoadFailure: false,
  },
  {
    name: 'expired later',
    begin: async (world) => {
      await startLoaded(world);
      world.expire();
    },
    expected: whenExpired,
    events: ['feed-loaded', 'feed-expired'],
    isLoadFailure: false,
  },
  {
    name: 'broken at start',
    begin: async (world) => {
      await world.publishBroken();
      await world.start();
    },
    expected: whenAbsent,
    events: ['feed-load-failed', 'feed-absent'],
    isLoadFailure: true,
  },
  {
    name: 'broken later',
    begin: async (world) => {
      await startLoaded(world);
      await world.publishBroken();
    },
    expected: whenLoaded,
    events: ['feed-loaded', 'feed-load-failed'],
    isLoadFailure: true,
  },
  {
    name: 'in a store that is down at start',
    begin: async (world) => {
      await world.publish();
      world.loseStore();
      await world.start();
    },
    expected: whenAbsent,
    events: ['feed-load-failed', 'feed-absent'],
    isLoadFailure: true,
  },
  {
    name: 'in a store that is down later',
    begin: async (world) => {
      await startLoaded(world);
      world.loseStore();
    },
    expected: whenLoaded,
    events: ['feed-loaded', 'feed-load-failed'],
    isLoadFailure: true,
  },
];

describe.each(FEED_CASES)('$condition with the feed $id', (feedCase) => {
  let world: FeedWorld;
  beforeEach(() => {
    world = new FeedWorld(feedCase);
  });

  test.each(FAULTS)('$name', async ({ begin, expected, events, isLoadFailure }) => {
    try {
      await begin(world);
      await world.waitFor(events.at(-1) ?? '');
      expect(await world.outcome()).toBe(expected(feedCase));
      expect(await world.isReady()).toBe(true);
    } finally {
      await world.stop();
    }
    expect(new Set(world.events())).toEqual(new Set(events));
    expect(sumOf(world.lines, 'FeedLoadFailures', feedCase.id) > 0).toBe(isLoadFailure);
    const hasAge = pointsOf(world.lines, 'FeedAge').length > 0;
    expect(hasAge).toBe(events.includes('feed-loaded'));
  });
});
