import { addressesOf } from './addresses-of.ts';
import { SimulatedList } from './list.ts';
import { PLANS } from './plans.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

test.each([
  ['free', 5.9, -21],
  ['free', 6, 3],
  ['free', 24, 3],
  ['premium', 0.9, -0.5],
  ['premium', 1, 0.5],
] as const)('%s has at %d:00 the list of %d:00', (plan, hours, published) => {
  const list = new SimulatedList(PLANS[plan].list, addressesOf([]));
  list.setTime(MIDNIGHT + hours * HOUR);
  expect((list.publishedAt - MIDNIGHT) / HOUR).toBe(published);
});

test('a complete list has the scores from its minimum on, as of its date', () => {
  const risesAt = MIDNIGHT + HOUR;
  const addresses = addressesOf([
    24,
    25,
    100,
    {
      scores: [
        [0, 0],
        [risesAt, 80],
      ],
    },
  ]);
  const list = new SimulatedList(PLANS.premium.list, addresses);
  const scores = () => [0, 1, 2, 3].map((number) => list.scoreOf(addresses.addressOf(number)));
  list.setTime(MIDNIGHT + 1.9 * HOUR);
  expect(scores()).toEqual([undefined, 25, 100, undefined]);
  list.setTime(MIDNIGHT + 2 * HOUR);
  expect(scores()).toEqual([undefined, 25, 100, 80]);
  expect(list.scope.unlistedAtMost).toBe(24);
});

test.each(['free', 'basic'] as const)(
  'the list of the plan %s has a part of the score 100',
  (plan) => {
    const count = 5_000;
    const addresses = addressesOf(Array.from({ length: count }, () => 100));
    const list = new SimulatedList(PLANS[plan].list, addresses);
    const listed = (day: number) => {
      list.setTime(MIDNIGHT + day * 24 * HOUR);
      return Array.from({ length: count }, (_, number) => number).filter(
        (number) => list.scoreOf(addresses.addressOf(number)) === 100,
      );
    };
    const { share } = PLANS[plan].list;
    const [first, second] = [new Set(listed(0)), listed(1)];
    expect(first.size / count).toBeCloseTo(share, 1);
    // Half of the addresses are drawn again in a day.
    const kept = second.filter((number) => first.has(number)).length / first.size;
    expect(kept).toBeCloseTo(0.5 + 0.5 * share, 1);
    expect(list.scope.unlistedAtMost).toBe(100);
  },
);
