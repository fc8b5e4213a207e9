import { floorIndex128, wordsOf } from '../../../../app/src/feeds/snapshot/search.ts';

/** All numbers of 128 bits whose words are the least, a small or the greatest one, in ascending order. */
const WORDS = [0n, 1n, 0xffff_ffffn];
const NUMBERS = WORDS.flatMap((highest) =>
  WORDS.flatMap((third) =>
    WORDS.flatMap((second) =>
      WORDS.map((lowest) => (highest << 96n) | (third << 64n) | (second << 32n) | lowest),
    ),
  ),
);

describe.each([
  ['even', 0],
  ['odd', 1],
])('among the numbers with an %s index', (_, remainder) => {
  const numbers = NUMBERS.filter((_number, index) => index % 2 === remainder);
  const words = Uint32Array.from(numbers.flatMap((number) => [...wordsOf(number)]));

  test.each(NUMBERS.map((value) => [value.toString(16).padStart(32, '0'), value] as const))(
    'finds the last that is not above %s',
    (_text, value) => {
      const expected = numbers.filter((number) => number <= value).length - 1;
      expect(floorIndex128(words, wordsOf(value))).toBe(expected);
    },
  );
});
