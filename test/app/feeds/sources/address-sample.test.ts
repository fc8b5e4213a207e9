import {
  type SampledList,
  sampleAddresses,
  sharedShare,
} from '../../../../app/src/feeds/sources/address-sample.ts';

function sampled(first: number, count: number, stride = 1): SampledList {
  const blocks = Array.from({ length: count }, (_, index) => {
    const bits = first + index * stride;
    return { version: 4, first: bits, last: bits } as const;
  });
  return { sample: sampleAddresses(blocks), addresses: count };
}

const LIST = sampled(0x0b000000, 1_340, 3);

test('a sample has a fixed size', () => {
  expect(LIST.sample.length).toBeLessThan(1_500);
  expect(sampled(0x0b000000, 3_000).sample).toHaveLength(LIST.sample.length);
});

test('the sample does not depend on how neighbours are merged', () => {
  const merged = sampleAddresses([{ version: 4, first: 0x0b000000, last: 0x0b0003ff }]);
  expect(sampled(0x0b000000, 1_024).sample).toBe(merged);
});

test.each<[string, SampledList, number]>([
  ['the same list', LIST, 1],
  ['the first half of it', sampled(0x0b000000, 670, 3), 0.5],
  ['a list of which it is a half', sampled(0x0b000000, 2_680, 3), 1],
  ['three quarters of it and others', sampled(0x0b000000 + 335 * 3, 1_340, 3), 0.75],
  ['a quarter of it and others', sampled(0x0b000000 + 1_005 * 3, 1_340, 3), 0.25],
  ['another list', sampled(0x37000000, 1_340), 0],
  ['an empty list', { sample: '', addresses: 0 }, 0],
])('the share in %s is estimated', (_, other, share) => {
  expect(Math.abs(sharedShare(LIST, other) - share)).toBeLessThan(0.1);
});

test('the share of short lists is exact', () => {
  const list = sampled(0x0b000000, 100);
  expect(sharedShare(list, sampled(0x0b000000 + 50, 100))).toBeCloseTo(0.5);
  expect(sharedShare(list, sampled(0x0b000000 + 99, 100))).toBeCloseTo(0.01);
});
