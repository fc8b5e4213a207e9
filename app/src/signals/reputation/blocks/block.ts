import type { Address } from '../../address/address.ts';
import { formatIpv4 } from '../../address/ipv4.ts';

/** Addresses in a /24, the largest block that CHECK-BLOCK accepts on the free plan. */
export const BLOCK_SIZE = 256;

/** The score of an address about which a response says nothing. */
export const NO_SCORE = 255;

/** What AbuseIPDB answered about a block. */
export interface BlockRecord {
  /** A score, or `NO_SCORE`, for each address of the block. */
  readonly scores: Uint8Array;
  /** When AbuseIPDB checked the block, in milliseconds since the epoch. */
  readonly checkedAt: number;
}

/** An address as part of its /24. */
export interface BlockMember {
  /** The first address of the block, as an integer. */
  readonly block: number;
  /** The last byte of the address. */
  readonly host: number;
}

/** Returns the block of an address; undefined for IPv6. */
export function blockOf({ bits }: Address): BlockMember | undefined {
  if (typeof bits !== 'number') return undefined;
  const host = bits % BLOCK_SIZE;
  return { block: bits - host, host };
}

/**
 * Returns whether CHECK-BLOCK says something about an address that it does not list. AbuseIPDB counts 254 possible
 * hosts: the first and the last address of a block are not among them.
 */
export function isPossibleHost(host: number): boolean {
  return host > 0 && host < BLOCK_SIZE - 1;
}

/** Returns a block in CIDR notation. */
export function cidrOf(block: number): string {
  return `${formatIpv4(block)}/24`;
}
