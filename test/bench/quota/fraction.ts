/** Returns a fraction from 0 (inclusive) to 1 (exclusive) that depends only on two integers. Neighbours get fractions far apart. */
export function fractionOf(number: number, purpose: number): number {
  // The finalizer of MurmurHash3.
  let hash = Math.imul(number + 1, 0x9e37_79b1) ^ Math.imul(purpose + 1, 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
