import { parseCidr } from './cidr.ts';
import { floorIndex } from './floor-index.ts';
import { type Reach, SPECIAL_PURPOSE_BLOCKS } from './special-purpose.ts';

interface Boundary {
  readonly start: bigint;
  readonly reach: Reach;
}

/** Adjacent ranges that cover all addresses of a version, by their first address. */
export interface ReachTable<Bits> {
  /** In ascending order. */
  readonly starts: readonly Bits[];
  readonly reach: readonly Reach[];
}

export const IPV4_REACH = reachTable(boundaries(4), Number);
export const IPV6_REACH = reachTable(boundaries(6), (start) => start);

/** Returns the reach of an address per the IANA special-purpose registries: `number` for IPv4, `bigint` for IPv6. */
export function reachOf(bits: number | bigint): Reach {
  const reach =
    typeof bits === 'number'
      ? IPV4_REACH.reach[floorIndex(IPV4_REACH.starts, bits)]
      : IPV6_REACH.reach[floorIndex(IPV6_REACH.starts, bits)];
  return reach ?? 'reserved';
}

function reachTable<Bits>(
  rows: readonly Boundary[],
  bitsOf: (start: bigint) => Bits,
): ReachTable<Bits> {
  return {
    starts: rows.map(({ start }) => bitsOf(start)),
    reach: rows.map(({ reach }) => reach),
  };
}

/** Flattens nested blocks into adjacent ranges, so that a lookup needs no search for the narrowest block. */
function boundaries(version: 4 | 6): Boundary[] {
  const blocks = SPECIAL_PURPOSE_BLOCKS.map(({ cidr: text, reach }) => {
    const cidr = parseCidr(text);
    if (cidr === undefined) throw new Error(`${text} is not a valid CIDR.`);
    return { ...cidr, first: BigInt(cidr.first), last: BigInt(cidr.last), reach };
  }).filter((block) => block.version === version);
  const end = 1n << (version === 4 ? 32n : 128n);
  const starts = new Set(blocks.flatMap(({ first, last }) => [first, last + 1n]));
  starts.delete(end);
  return [...starts]
    .sort((one, other) => (one < other ? -1 : 1))
    .map((start) => {
      const containing = blocks.filter(({ first, last }) => first <= start && start <= last);
      const narrowest = containing.sort((one, other) => other.prefix - one.prefix)[0];
      return { start, reach: narrowest?.reach ?? 'reserved' };
    });
}
