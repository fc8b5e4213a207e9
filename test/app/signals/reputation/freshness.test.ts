import { ageOf, freshnessOf } from '../../../../app/src/signals/reputation/freshness.ts';
import { REPUTATION_DEFAULTS } from '../../../../app/src/signals/reputation/options.ts';
import { HOUR, NOON } from './bench.ts';

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
  [0, 24 * HOUR, 'gone'],
  [50, -HOUR, 'fresh'],
  [50, -25 * HOUR, 'gone'],
])('a record with score %i and an age of %i ms is %s', (score, age, freshness) => {
  const record = { score, checkedAt: NOON - age };
  expect(freshnessOf(record, NOON, REPUTATION_DEFAULTS)).toBe(freshness);
});

test('a record from a clock that is ahead has age 0', () => {
  expect(ageOf({ score: 1, checkedAt: NOON + HOUR }, NOON)).toBe(0);
});
