import { combineByRound, difference, ratio, summarise } from './statistics.ts';

test.each([
  ['one sample', [7], { median: 7, min: 7, max: 7 }],
  ['an odd number of samples', [9, 1, 5], { median: 5, min: 1, max: 9 }],
  ['an even number of samples', [10, 1, 2, 4], { median: 3, min: 1, max: 10 }],
  ['samples with different digits', [10, 9, 100], { median: 10, min: 9, max: 100 }],
])('summarises %s', (_, samples, expected) => {
  expect(summarise(samples)).toEqual({ ...expected, samples });
});

test.each([
  ['no samples', []],
  ['NaN', [1, Number.NaN]],
])('rejects %s', (_, samples) => {
  expect(() => summarise(samples)).toThrow(RangeError);
});

test.each([
  ['ratio', ratio, { median: 0.5, min: 0.25, max: 1 }],
  ['difference', difference, { median: -20, min: -30, max: 0 }],
])('computes a %s for each round', (_, combine, expected) => {
  // The medians alone, 20 and 40, would give another result.
  expect(combineByRound([10, 20, 40], [40, 40, 40], combine)).toMatchObject(expected);
});

test('rejects figures with different numbers of rounds', () => {
  expect(() => combineByRound([1, 2], [1], ratio)).toThrow(RangeError);
});
