import { byRound, difference, ratio, summarise } from './statistics.ts';

test.each([
  ['one sample', [7], { median: 7, least: 7, most: 7 }],
  ['an odd number', [9, 1, 5], { median: 5, least: 1, most: 9 }],
  ['an even number: between the middle two', [10, 1, 2, 4], { median: 3, least: 1, most: 10 }],
  ['numbers are not sorted as texts', [10, 9, 100], { median: 10, least: 9, most: 100 }],
])('A summary of %s', (_, samples, expected) => {
  expect(summarise(samples)).toEqual({ ...expected, samples });
});

test.each([
  ['nothing', []],
  ['what is no number', [1, Number.NaN]],
])('No summary of %s', (_, samples) => {
  expect(() => summarise(samples)).toThrow(RangeError);
});

test.each([
  ['ratio', ratio, { median: 0.5, least: 0.25, most: 1 }],
  ['difference', difference, { median: -20, least: -30, most: 0 }],
])('A %s is taken round by round', (_, combine, expected) => {
  // Of the medians alone, 20 and 40, the rounds could not be told.
  expect(byRound([10, 20, 40], [40, 40, 40], combine)).toMatchObject(expected);
});

test('Rounds that one side lacks are a fault', () => {
  expect(() => byRound([1, 2], [1], ratio)).toThrow(RangeError);
});
