/*
 * Binary searches in typed arrays. Those of `floorIndex`, which also accepts lists of `bigint`, are slower: each kind of
 * array needs machine code of its own.
 */

/** Returns the index of the last number that is <= `value`; -1 if there is none. */
export function floorIndex32(numbers: Uint32Array, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The 128 bits of an IPv6 address: as two `bigint`, and as four words with the lowest first. */
const scratch = new BigUint64Array(2);
const scratchWords = new Uint32Array(scratch.buffer);

/**
 * Returns four words of 32 bits, the lowest first. The array is valid until the next call: a new one for each lookup
 * would be garbage.
 */
export function wordsOf(bits: bigint): Uint32Array {
  scratch[0] = bits;
  scratch[1] = bits >> 64n;
  return scratchWords;
}

/**
 * Returns the index of the last number of 128 bits that is <= `value`; -1 if there is none.
 *
 * @param numbers four words each, the lowest first.
 */
export function floorIndex128(numbers: Uint32Array, value: Uint32Array): number {
  let low = 0;
  let high = numbers.length >>> 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare128(numbers, middle, value) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Returns a negative number, 0 or a positive one, as the number at an index is less than, equal to, or above a value. */
export function compare128(numbers: Uint32Array, index: number, value: Uint32Array): number {
  const lowest = index * 4;
  for (let word = 3; word > 0; word -= 1) {
    const difference = (numbers[lowest + word] as number) - (value[word] as number);
    if (difference !== 0) return difference;
  }
  return (numbers[lowest] as number) - (value[0] as number);
}

/** Returns the number of 128 bits at an index. */
export function bitsAt(numbers: Uint32Array, index: number): bigint {
  const words = [3, 2, 1, 0].map((word) => BigInt(numbers[index * 4 + word] as number));
  return words.reduce((bits, word) => (bits << 32n) | word);
}
