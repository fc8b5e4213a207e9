import type { FeedData, FeedSummary } from '../../../../app/src/feeds/model/feed-data.ts';
import {
  findImplausibleCounts,
  type PlausibleCounts,
} from '../../../../app/src/feeds/sources/plausible-counts.ts';

const WIDE: PlausibleCounts = { entries: { min: 1, max: 10_000 } };

function find(
  summary: FeedSummary,
  previous: FeedSummary | undefined,
  counts: PlausibleCounts = WIDE,
): string | undefined {
  const data: FeedData = { content: 'ranges', blocks: [], publishedAt: undefined, summary };
  return findImplausibleCounts(data, { previous, options: {}, now: 0 }, counts);
}

test.each([
  [799, 'it has 799 entries, expected 800 to 3000'],
  [800, undefined],
  [3_000, undefined],
  [3_001, 'it has 3001 entries, expected 800 to 3000'],
])('a first list of %d entries: %s', (entries, expected) => {
  expect(find({ entries }, undefined, { entries: { min: 800, max: 3_000 } })).toBe(expected);
});

test.each([
  [1_000, 500, undefined],
  [1_000, 499, 'it has 499 entries, and the last good copy has 1000'],
  [1_000, 3_000, undefined],
  [1_000, 3_001, 'it has 3001 entries, and the last good copy has 1000'],
  // Lists of a few partners.
  [3, 99, undefined],
  [3, 100, 'it has 100 entries, and the last good copy has 3'],
  [3, 1, 'it has 1 entries, and the last good copy has 3'],
])('from %d to %d entries: %s', (before, after, expected) => {
  expect(find({ entries: after }, { entries: before })).toBe(expected);
});

test.each([
  [1_000, 700, true],
  [1_000, 699, false],
  [1_000, 1_300, true],
  [1_000, 1_301, false],
])('from %d to %d entries with ±30 %%: %s', (before, after, isPlausible) => {
  const counts = { ...WIDE, change: { min: 0.7, max: 1.3 } };
  expect(find({ entries: after }, { entries: before }, counts) === undefined).toBe(isPlausible);
});

test.each(['ipv4Addresses', 'ipv6Subnets'])('%s within half and three times', (name) => {
  const change = (before: number, after: number) =>
    find({ entries: 9, [name]: after }, { entries: 9, [name]: before });
  expect(change(200_000, 100_000)).toBeUndefined();
  expect(change(200_000, 99_999)).toMatch(/^it has 99999 IPv/);
  expect(change(200_000, 600_000)).toBeUndefined();
  expect(change(200_000, 600_001)).toMatch(/^it has 600001 IPv/);
  expect(change(200_000, 0)).toMatch(/^it has 0 IPv/);
  // Less than a /16 or a /48 is one network more or less.
  expect(change(1, 65_535)).toBeUndefined();
  expect(change(65_535, 1)).toBeUndefined();
  // A list without IPv6 may add it.
  expect(change(0, 600_000)).toBeUndefined();
});

test('a list that ends within a line is implausible if the last good copy does not', () => {
  const ends = (filesWithLastLineBreak: number) => ({ entries: 9, filesWithLastLineBreak });
  expect(find(ends(1), ends(2))).toBe('it ends within a line, and the last good copy does not');
  expect(find(ends(2), ends(1))).toBeUndefined();
  expect(find(ends(0), undefined)).toBeUndefined();
});
