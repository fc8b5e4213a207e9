import { parseCidr } from './cidr.ts';
import { floorIndex } from './floor-index.ts';
import { type Reach, SPECIAL_PURPOSE_BLOCKS } from './special-purpose.ts';

interface Boundary {
  readonly start: bigint;
  readonly reach: Reach;
}

const ipv4 = boundaries(4);
const ipv4Starts = ipv4.map(({ start }) => Number(start));
const ipv4Reach = ipv4.map(({ reach }) => reach);
const ipv6 = boundaries(6);
const ipv6Starts = ipv6.map(({ start }) => start);
const ipv6Reach = ipv6.map(({ reach }) => reach);

/** Returns the reach of an address per the IANA special-purpose registries: `number` for IPv4, `bigint` for IPv6. */
export function reachOf(bits: number | bigint): Reach {
  const reach =
    typeof bits === 'number'
      ? ipv4Reach[floorIndex(ipv4Starts, bits)]
      : ipv6Reach[floorIndex(ipv6Starts, bits)];
  return reach ?? 'reserved';
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
