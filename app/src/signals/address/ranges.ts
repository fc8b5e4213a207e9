import type { Address } from './address.ts';
import type { Cidr } from './cidr.ts';
import { floorIndex } from './floor-index.ts';

export { type Cidr, parseCidr } from './cidr.ts';

/** A set of addresses. */
export interface AddressRanges {
  /** Returns whether a block contains the address or, for a tunnel, the IPv4 address that it embeds. */
  has(address: Address): boolean;
}

/** Creates a set from CIDRs. `has` is a binary search: well below a microsecond with 100,000 CIDRs. */
export function createAddressRanges(cidrs: readonly Cidr[]): AddressRanges {
  const ipv4 = withoutNested(cidrs.filter((cidr) => cidr.version === 4));
  const ipv6 = withoutNested(cidrs.filter((cidr) => cidr.version === 6));
  const ipv4Firsts = Float64Array.from(ipv4, (block) => block.first);
  const ipv4Lasts = Float64Array.from(ipv4, (block) => block.last);
  const ipv6Firsts = ipv6.map((block) => block.first);
  const ipv6Lasts = ipv6.map((block) => block.last);
  const has = ({ bits, embedded }: Address): boolean => {
    if (typeof bits === 'number') return covers(ipv4Firsts, ipv4Lasts, bits);
    return covers(ipv6Firsts, ipv6Lasts, bits) || (embedded !== undefined && has(embedded));
  };
  return { has };
}

function covers<Bits extends number | bigint>(
  firsts: ArrayLike<Bits>,
  lasts: ArrayLike<Bits>,
  bits: Bits,
): boolean {
  const last = lasts[floorIndex(firsts, bits)];
  return last !== undefined && bits <= last;
}

/** Sorts blocks and removes those inside others. CIDRs never overlap partially. */
function withoutNested<Block extends { first: number | bigint; last: number | bigint }>(
  blocks: Block[],
): Block[] {
  const sorted = blocks.sort((one, other) => {
    if (one.first !== other.first) return one.first < other.first ? -1 : 1;
    return one.last === other.last ? 0 : one.last > other.last ? -1 : 1;
  });
  const kept: Block[] = [];
  for (const block of sorted) {
    const previous = kept.at(-1);
    if (previous === undefined || block.last > previous.last) kept.push(block);
  }
  return kept;
}
