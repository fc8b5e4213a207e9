import { TopCounts } from '../../../app/src/lib/top-counts.ts';

function count(capacity: number, keys: readonly string[]): TopCounts {
  const counts = new TopCounts(capacity);
  for (const key of keys) counts.add(key);
  return counts;
}

test.each<[string, number, readonly string[], readonly [string, number][]]>([
  ['nothing', 3, [], []],
  [
    'keys, the most frequent first',
    3,
    ['a', 'b', 'b', 'c', 'b', 'c'],
    [
      ['b', 3],
      ['c', 2],
      ['a', 1],
    ],
  ],
  [
    'as many keys as are asked for',
    4,
    ['a', 'b', 'b', 'c', 'c', 'd', 'b'],
    [
      ['b', 3],
      ['c', 2],
      ['a', 1],
    ],
  ],
  [
    'a new key in the place of the rarest, with one more',
    2,
    ['a', 'a', 'b', 'c'],
    [
      ['a', 2],
      ['c', 2],
    ],
  ],
])('It returns %s', (_, capacity, keys, expected) => {
  expect(count(capacity, keys).drain(3)).toEqual(expected);
});

test('It starts again after it is drained', () => {
  const counts = count(3, ['a', 'a']);
  counts.drain(3);
  counts.add('b');
  expect(counts.drain(3)).toEqual([['b', 1]]);
});

test('A frequent key is found among many rare ones, and its count is not too low', () => {
  const keys = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? 'frequent' : `rare ${i}`));
  const [first] = count(100, keys).drain(1);
  expect(first?.[0]).toBe('frequent');
  expect(first?.[1]).toBeGreaterThanOrEqual(1000);
  expect(first?.[1]).toBeLessThan(1050);
});
