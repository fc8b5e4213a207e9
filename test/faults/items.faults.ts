import type { Item } from '../../app/src/signals/reputation/cache/item.ts';
import { STORED_SCORE, storedItem } from './items.ts';
import { testEachState } from './matrix.ts';
import { FROM_MEMORY, KNOWN_NOW, until, withTable } from './states.ts';
import { LIFETIME, SCORE, startWorld, type World } from './world.ts';

const HOUR = 3_600_000;

/** A stored item counts: its score comes from the table, and nobody asks AbuseIPDB. */
const STORED = {
  status: 200,
  outcome: LIFETIME,
  reputation: { score: STORED_SCORE, source: 'dynamodb', stale: false },
};

interface Case {
  readonly name: string;
  readonly item: (address: string, now: number) => Item;
  readonly counts: boolean;
  /** What the record says of the table. */
  readonly fault?: string;
}

const changed = (changes: Item) => (address: string, now: number) => ({
  ...storedItem(address, now),
  ...changes,
});
const checked = (ahead: number) => (address: string, now: number) =>
  storedItem(address, now + ahead);

const CASES: readonly Case[] = [
  { name: 'a right one', item: checked(0), counts: true },
  {
    name: 'a score as text',
    item: changed({ score: { S: '0' } }),
    counts: false,
    fault: 'invalid',
  },
  {
    name: 'a score of 101',
    item: changed({ score: { N: '101' } }),
    counts: false,
    fault: 'invalid',
  },
  { name: 'no score', item: changed({ score: { NULL: true } }), counts: false, fault: 'invalid' },
  {
    name: 'no time',
    item: changed({ checked_at: { S: 'today' } }),
    counts: false,
    fault: 'invalid',
  },
  { name: 'a broken detail', item: changed({ tor: { S: 'no' } }), counts: false, fault: 'invalid' },
  {
    name: 'an older version',
    item: changed({ version: { N: '0' } }),
    counts: false,
    fault: 'version',
  },
  {
    name: 'a version to come',
    item: changed({ version: { N: '2' } }),
    counts: false,
    fault: 'version',
  },
  { name: 'expired, not yet deleted', item: checked(-25 * HOUR), counts: false },
  { name: 'from a clock a second ahead', item: checked(1000), counts: true },
  { name: 'from a clock an hour ahead', item: checked(HOUR), counts: false },
  { name: 'from a clock an hour behind', item: checked(-0.9 * HOUR), counts: true },
  { name: 'from a clock two days ahead', item: checked(48 * HOUR), counts: false },
];

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

describe.each(CASES)('An item of the table: $name', ({ item, counts, fault }) => {
  const asked = fault === undefined ? KNOWN_NOW : withTable(KNOWN_NOW, fault);
  const found = counts ? STORED : asked;
  const stage = testEachState(() => world, {
    async begin({ service, putItem }, addresses) {
      for (const address of Object.values(addresses).flat()) {
        await putItem(item(address, service.now()));
      }
    },
    expected: { cold: found, 'cached fresh': FROM_MEMORY, 'cached stale': found },
  });

  if (!counts) {
    test('it is replaced by a right one', async () => {
      const [address = ''] = stage().addresses.cold;
      const score = { N: String(SCORE) };
      const replaced = async () => {
        const stored = await world.itemOf(address);
        return JSON.stringify(stored?.score) === JSON.stringify(score);
      };
      await until(replaced, 'the item is replaced');
      expect(await world.itemOf(address)).toMatchObject({ score, version: { N: '1' } });
    });
  }
});

describe.each([
  ['an hour ahead', HOUR],
  ['an hour back', -HOUR],
])("The service's clock is set %s", (_, change) => {
  // A score of 25 to 74 is fresh for an hour, and what has a date in the future is not fresh.
  const stage = testEachState(() => world, {
    begin: ({ service }) => service.forward(change),
    expected: { cold: KNOWN_NOW, 'cached fresh': KNOWN_NOW, 'cached stale': KNOWN_NOW },
  });

  test('set right again, addresses are checked again, and known as before', async () => {
    await world.service.forward(-change);
    const [address = ''] = stage().addresses['cached fresh'];
    expect(await world.service.ask(address)).toMatchObject(KNOWN_NOW);
    expect(await world.service.ask(address)).toMatchObject(FROM_MEMORY);
    expect(await world.service.ask(world.newAddress())).toMatchObject(KNOWN_NOW);
  });
});
