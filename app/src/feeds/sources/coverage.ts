import type { AddressBlock } from '../model/feed-data.ts';

/** Number of addresses in IPv4 blocks, and of /64 networks that IPv6 blocks touch. */
export interface Coverage {
  readonly ipv4Addresses: number;
  readonly ipv6Subnets: number;
}

const SUBNET_BITS = 64n;

/** Measures blocks that do not overlap. Two IPv6 blocks in one /64 count twice. */
export function coverageOf(blocks: readonly AddressBlock[]): Coverage {
  let ipv4Addresses = 0;
  let ipv6Subnets = 0;
  for (const block of blocks) {
    if (block.version === 4) ipv4Addresses += block.last - block.first + 1;
    else {
      ipv6Subnets += Number((block.last >> SUBNET_BITS) - (block.first >> SUBNET_BITS) + 1n);
    }
  }
  return { ipv4Addresses, ipv6Subnets };
}
