import type { Release } from '../releases.ts';

/*
 * The simulated lists contain parts of these networks of the Department of Defense of the United States, from which no
 * customer's client connects, so that no real provider is accused. 33.0.0.0/8 belongs to the simulated AbuseIPDB.
 */
export const VPN_NETWORK = 11;
export const HOSTING_NETWORKS = [21, 22] as const;
export const CLOUD_NETWORKS = { aws: 26, google: 28 } as const;
export const ATTACKER_NETWORK = 30;
export const CRIMINAL_NETWORK = 214;
/** Tor exits are in its first half, Private Relay in the second one. */
export const RELAY_NETWORK = 55;

/** One in this many entries changes with each release. */
const CHANGED_SHARE = 20;

/** Formats 32 bits as an IPv4 address. */
export function formatIpv4(bits: number): string {
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.');
}

export interface BlockOptions {
  readonly count: number;
  /** First address of the range in which the blocks are, as 32 bits. */
  readonly from: number;
  readonly prefix: number;
  /** Distance of two blocks, in blocks of this size. @default 1, adjacent */
  readonly stride?: number;
  readonly release: Release;
}

/** Returns CIDR blocks in IPv4. With each release one in 20 moves into the gap behind it, if there is one. */
export function ipv4Blocks({ count, from, prefix, stride = 1, release }: BlockOptions): string[] {
  const size = 2 ** (32 - prefix);
  return Array.from({ length: count }, (_, index) => {
    const moved = stride > 1 && index % CHANGED_SHARE < release.number % CHANGED_SHARE ? 1 : 0;
    const first = formatIpv4((from + (index * stride + moved) * size) >>> 0);
    return prefix === 32 ? first : `${first}/${prefix}`;
  });
}

/** Returns `count` networks /48 of IPv6 below 2a0f:ff00::/24, in which no addresses are assigned. */
export function ipv6Blocks(count: number, group: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `2a0f:ff${group.toString(16).padStart(2, '0')}:${index.toString(16)}::/48`,
  );
}
