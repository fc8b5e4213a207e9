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

test.each([
  ['the newer of two fresh records', MINUTE, 2 * MINUTE],
  ['the newer of two stale records', 8 * HOUR, 9 * HOUR],
  ['a fresh one, not a stale one', 5 * HOUR, 8 * HOUR],
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
