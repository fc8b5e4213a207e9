import { floorIndex } from './floor-index.ts';
import { IPV4_REACH, IPV6_REACH, type ReachTable } from './reach.ts';

interface Span<Bits> {
  readonly first: Bits;
  readonly last: Bits;
}

/** Returns the parts of an IPv4 block that are globally reachable. Parts can be adjacent. */
export function publicPartsOfIpv4(block: Span<number>): readonly Span<number>[] {
  return publicParts(block, IPV4_REACH, (bits) => bits - 1);
}

/** Returns the parts of an IPv6 block that are globally reachable. Parts can be adjacent. */
export function publicPartsOfIpv6(block: Span<bigint>): readonly Span<bigint>[] {
  return publicParts(block, IPV6_REACH, (bits) => bits - 1n);
}

function publicParts<Bits extends number | bigint>(
  block: Span<Bits>,
  { starts, reach }: ReachTable<Bits>,
  previous: (bits: Bits) => Bits,
): readonly Span<Bits>[] {
  const from = floorIndex(starts, block.first);
  const to = floorIndex(starts, block.last);
  const parts: Span<Bits>[] = [];
  for (let index = from; index <= to; index += 1) {
    if (reach[index] !== 'public') continue;
    const start = starts[index];
    const next = starts[index + 1];
    parts.push({
      first: start === undefined || index === from ? block.first : start,
      last: next === undefined || index === to ? block.last : previous(next),
    });
  }
  return parts;
}
