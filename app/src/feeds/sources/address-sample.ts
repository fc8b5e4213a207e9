import type { AddressBlock } from '../model/feed-data.ts';

/*
 * A sample of a list's addresses that is small enough for the pointer, and from which the share of common addresses
 * of two lists can be estimated: the smallest hashes of each (bottom-k sketch, Broder 1997). The hashes of an
 * address are the same in every list, so the smallest ones of both lists together are a random sample of their union.
 */

/** The standard error of the estimate is at most 1 / (2 * sqrt(256)) = 3 %. */
const SAMPLE_SIZE = 256;
const HASH_BYTES = 4;

/** Returns the sample of single IPv4 addresses as text. */
export function sampleAddresses(blocks: readonly AddressBlock[]): string {
  const hashes: number[] = [];
  for (const block of blocks) {
    if (block.version !== 4) continue;
    for (let bits = block.first; bits <= block.last; bits += 1) hashes.push(hash(bits));
  }
  const smallest = hashes.sort((one, other) => one - other).slice(0, SAMPLE_SIZE);
  const bytes = Buffer.alloc(smallest.length * HASH_BYTES);
  smallest.forEach((value, index) => {
    bytes.writeUInt32BE(value, index * HASH_BYTES);
  });
  return bytes.toString('base64url');
}

export interface SampledList {
  readonly sample: string;
  readonly addresses: number;
}

/** Estimates the share of a list's addresses that another list contains, from 0 to 1. */
export function sharedShare(list: SampledList, other: SampledList): number {
  const ours = new Set(hashesOf(list.sample));
  const theirs = new Set(hashesOf(other.sample));
  const union = [...new Set([...ours, ...theirs])]
    .sort((one, two) => one - two)
    .slice(0, SAMPLE_SIZE);
  if (union.length === 0) return 0;
  const common = union.filter((value) => ours.has(value) && theirs.has(value)).length;
  const similarity = common / union.length;
  const shared = (similarity * (list.addresses + other.addresses)) / (1 + similarity);
  return Math.min(1, shared / list.addresses);
}

function hashesOf(sample: string): number[] {
  const bytes = Buffer.from(sample, 'base64url');
  return Array.from({ length: Math.floor(bytes.length / HASH_BYTES) }, (_, index) =>
    bytes.readUInt32BE(index * HASH_BYTES),
  );
}

/** The last step of MurmurHash3: different addresses have different hashes. */
function hash(bits: number): number {
  let value = bits;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
