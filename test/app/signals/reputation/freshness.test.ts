import { ageOf, freshnessOf, isBetter } from '../../../../app/src/signals/reputation/freshness.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/limits.ts';
import { HOUR, MINUTE, NOON, SECOND } from './harness.ts';

test.each([
  [0, 0, 'fresh'],
  [0, 6 * HOUR - 1, 'fresh'],
  [24, 6 * HOUR - 1, 'fresh'],
  [24, 6 * HOUR, 'stale'],
  [25, HOUR - 1, 'fresh'],
  [25, HOUR, 'stale'],
  [74, HOUR, 'stale'],
  [75, HOUR, 'fresh'],
  [75, 2 * HOUR, 'stale'],
  [100, 2 * HOUR - 1, 'fresh'],
  [100, 24 * HOUR - 1, 'stale'],
  [74, 24 * HOUR, 'expired'],
  [75, 24 * HOUR, 'stale'],
  [75, 720 * HOUR - 1, 'stale'],
  [75, 720 * HOUR, 'expired'],
  [100, 720 * HOUR, 'expired'],
  [0, 24 * HOUR, 'expired'],
  // Dates ahead of this task's clock.
  [50, -1, 'fresh'],
  [50, -5 * SECOND, 'fresh'],
  [0, -5 * SECOND - 1, 'stale'],
  [50, -MINUTE, 'stale'],
  [50, -HOUR, 'stale'],
  [100, -24 * HOUR + 1, 'stale'],
  [50, -24 * HOUR, 'expired'],
  [50, -25 * HOUR, 'expired'],
  [50, -1e6 * HOUR, 'expired'],
])('a record with score %i and an age of %i ms is %s', (score, age, freshness) => {
  const record = { score, checkedAt: NOON - age };
  expect(freshnessOf(record, NOON, REPUTATION_DEFAULTS)).toBe(freshness);
});

test('a record with a date in the future has age 0', () => {
  expect(ageOf({ score: 1, checkedAt: NOON + HOUR }, NOON)).toBe(0);
});

test('high scores are kept as long as others if those are kept for longer', () => {
  const limits = { ...REPUTATION_DEFAULTS, highScoreMemory: 48 * HOUR, maxStaleAge: 72 * HOUR };
  const freshness = (age: number) =>
    freshnessOf({ score: 96, checkedAt: NOON - age }, NOON, limits);
  expect([freshness(72 * HOUR - 1), freshness(72 * HOUR)]).toEqual(['stale', 'expired']);
});

test.each([
  ['a stale high score, not an older low one that is fresh', [96, 3 * HOUR], [10, 4 * HOUR]],
  ['an expired low score, not an older high one', [10, 25 * HOUR], [96, 26 * HOUR]],
  ['a fresh low score, not an older high one that is fresh', [10, 0], [96, 1]],
])(
  'the better record is the newer one: %s',
  (_, [score = 0, age = 0], [otherScore = 0, otherAge = 0]) => {
    const one = { score, checkedAt: NOON - age };
    const other = { score: otherScore, checkedAt: NOON - otherAge };
    expect(isBetter(one, other, NOON, REPUTATION_DEFAULTS)).toBe(true);
    expect(isBetter(other, one, NOON, REPUTATION_DEFAULTS)).toBe(false);
  },
);

test.each([
  ['the newer of two fresh records', MINUTE, 2 * MINUTE],
  ['the newer of two stale records', 8 * HOUR, 9 * HOUR],
  ['a fresh one, not an older stale one', 5 * HOUR, 8 * HOUR],
  ['a fresh one, not one with a future date', 5 * HOUR, -MINUTE],
  ['a stale one, not an expired one', 8 * HOUR, 25 * HOUR],
  ['one with a future date, not an expired one', -HOUR, 25 * HOUR],
  ['of two with future dates, the nearer one', -HOUR, -2 * HOUR],
])('the better record is %s', (_, better, worse) => {
  const [one, other] = [better, worse].map((age) => ({ score: 10, checkedAt: NOON - age }));
  if (one === undefined || other === undefined) throw new Error('Two records are needed.');
  expect(isBetter(one, other, NOON, REPUTATION_DEFAULTS)).toBe(true);
  expect(isBetter(other, one, NOON, REPUTATION_DEFAULTS)).toBe(false);
  expect(isBetter(one, one, NOON, REPUTATION_DEFAULTS)).toBe(false);
});
