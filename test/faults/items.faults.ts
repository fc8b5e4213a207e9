import type { Item } from '../../app/src/signals/reputation/cache/item.ts';
import { STORED_SCORE, storedItem } from './items.ts';
import { testEachState } from './matrix.ts';
import { FROM_ABUSEIPDB, FROM_MEMORY, waitUntil, withCacheError } from './states.ts';
import { LIFETIME, SCORE, startWorld, type World } from './world.ts';

const HOUR_MS = 3_600_000;

/** The decision when a stored item is accepted. */
const FROM_DYNAMODB = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: STORED_SCORE, source: 'dynamodb', stale: false },
};

interface Case {
  readonly name: string;
  readonly item: (address: string, now: number) => Item;
  readonly accepted: boolean;
  /** The cache error in the decision record. */
  readonly cacheError?: string;
}

const changed = (changes: Item) => (address: string, now: number) => ({
  ...storedItem(address, now),
  ...changes,
});
const checkedAt = (ahead: number) => (address: string, now: number) =>
  storedItem(address, now + ahead);

const CASES: readonly Case[] = [
  { name: 'valid', item: checkedAt(0), accepted: true },
  {
    name: 'a score of type string',
    item: changed({ score: { S: '0' } }),
    accepted: false,
    cacheError: 'invalid',
  },
  {
    name: 'a score of 101',
    item: changed({ score: { N: '101' } }),
    accepted: false,
    cacheError: 'invalid',
  },
  {
    name: 'a missing score',
    item: changed({ score: { NULL: true } }),
    accepted: false,
    cacheError: 'invalid',
  },
  {
    name: 'an invalid time',
    item: changed({ checked_at: { S: 'today' } }),
    accepted: false,
    cacheError: 'invalid',
  },
  {
    name: 'an invalid detail',
    item: changed({ tor: { S: 'no' } }),
    accepted: false,
    cacheError: 'invalid',
  },
  {
    name: 'an older version',
    item: changed({ version: { N: '0' } }),
    accepted: false,
    cacheError: 'version',
  },
  {
    name: 'a future version',
    item: changed({ version: { N: '2' } }),
    accepted: false,
    cacheError: 'version',
  },
  { name: 'expired, not yet deleted', item: checkedAt(-25 * HOUR_MS), accepted: false },
  { name: 'written by a clock one second ahead', item: checkedAt(1000), accepted: true },
  { name: 'written by a clock one hour ahead', item: checkedAt(HOUR_MS), accepted: false },
  {
    name: 'written by a clock almost an hour behind',
    item: checkedAt(-0.9 * HOUR_MS),
    accepted: true,
  },
  { name: 'written by a clock two days ahead', item: checkedAt(48 * HOUR_MS), accepted: false },
];

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

describe.each(CASES)('an item in DynamoDB: $name', ({ item, accepted, cacheError }) => {
  const lookedUp =
    cacheError === undefined ? FROM_ABUSEIPDB : withCacheError(FROM_ABUSEIPDB, cacheError);
  const expected = accepted ? FROM_DYNAMODB : lookedUp;
  const context = testEachState(() => world, {
    async begin({ service, putItem }, addresses) {
      for (const address of Object.values(addresses).flat()) {
        await putItem(item(address, service.now()));
      }
    },
    expected: { cold: expected, 'cached fresh': FROM_MEMORY, 'cached stale': expected },
  });

  if (!accepted) {
    test('is replaced by a valid one', async () => {
      const [address = ''] = context().addresses.cold;
      const score = { N: String(SCORE) };
      const isReplaced = async () => {
        const stored = await world.itemOf(address);
        return JSON.stringify(stored?.score) === JSON.stringify(score);
      };
      await waitUntil(isReplaced, 'the item is replaced');
      expect(await world.itemOf(address)).toMatchObject({ score, version: { N: '1' } });
    });
  }
});

describe.each([
  ['forward', HOUR_MS],
  ['back', -HOUR_MS],
])("the service's clock is set %s by an hour", (_, change) => {
  // The TTL of scores from 25 to 74 is one hour; a record with a future date is not fresh.
  const context = testEachState(() => world, {
    begin: ({ service }) => service.advanceClock(change),
    expected: {
      cold: FROM_ABUSEIPDB,
      'cached fresh': FROM_ABUSEIPDB,
      'cached stale': FROM_ABUSEIPDB,
    },
  });

  test('once it is corrected, addresses are looked up again and cached', async () => {
    await world.service.advanceClock(-change);
    const [address = ''] = context().addresses['cached fresh'];
    expect(await world.service.requestDecision(address)).toMatchObject(FROM_ABUSEIPDB);
    expect(await world.service.requestDecision(address)).toMatchObject(FROM_MEMORY);
    expect(await world.service.requestDecision(world.newAddress())).toMatchObject(FROM_ABUSEIPDB);
  });
});
