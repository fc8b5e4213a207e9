/** Returns the index of the last entry of the ascending list `starts` that is <= `bits`; -1 if there is none. */
export function floorIndex<Bits extends number | bigint>(
  starts: ArrayLike<Bits>,
  bits: Bits,
): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = starts[middle];
    if (start !== undefined && start <= bits) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
