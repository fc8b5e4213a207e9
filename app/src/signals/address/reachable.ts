import { parseCidr } from './cidr.ts';
import { lastNotAbove } from './search.ts';
import { SPECIAL_PURPOSE_BLOCKS } from './special-purpose.ts';

interface Boundary {
  readonly start: bigint;
  readonly reachable: boolean;
}

const ipv4 = boundaries(4);
const ipv4Starts = ipv4.map(({ start }) => Number(start));
const ipv4Reachable = ipv4.map(({ reachable }) => reachable);
const ipv6 = boundaries(6);
const ipv6Starts = ipv6.map(({ start }) => start);
const ipv6Reachable = ipv6.map(({ reachable }) => reachable);

/** Whether the IANA special-purpose registries leave the address globally reachable. */
export function isGloballyReachable(bits: number | bigint): boolean {
  return typeof bits === 'number'
    ? ipv4Reachable[lastNotAbove(ipv4Starts, bits)] === true
    : ipv6Reachable[lastNotAbove(ipv6Starts, bits)] === true;
}

/** Cuts the nested blocks into neighbours, so that a lookup needs no search for the narrowest. */
function boundaries(version: 4 | 6): Boundary[] {
  const blocks = SPECIAL_PURPOSE_BLOCKS.map(({ block, reachable }) => {
    const cidr = parseCidr(block);
    if (cidr === undefined) throw new Error(`The special-purpose block ${block} is no CIDR.`);
    return { ...cidr, first: BigInt(cidr.first), last: BigInt(cidr.last), reachable };
  }).filter((block) => block.version === version);
  const end = 1n << (version === 4 ? 32n : 128n);
  const starts = new Set(blocks.flatMap(({ first, last }) => [first, last + 1n]));
  starts.delete(end);
  return [...starts]
    .sort((one, other) => (one < other ? -1 : 1))
    .map((start) => {
      const holding = blocks.filter(({ first, last }) => first <= start && start <= last);
      const narrowest = holding.sort((one, other) => other.prefix - one.prefix)[0];
      return { start, reachable: narrowest?.reachable === true };
    });
}
