import { LRUCache } from 'lru-cache';
import type { Address } from '../address/address.ts';
import { formatIpv6, groupsOf } from '../address/ipv6.ts';

/** The user of a /64 can choose any of its addresses. */
const HOST_BITS = 64n;

/** Subnets that are remembered. One that is forgotten is read from the table again. */
const MAX_SUBNETS = 10_000;

/** Addresses with a high score that are remembered in one /64. One suffices while it lasts. */
export const MAX_SOURCES = 4;

/**
 * The addresses with a high score in each /64, from which the others inherit it: whoever has a /64 can take a new
 * address for each login. Contains no records, so that there is one record of each address.
 */
export class ScoreSources {
  readonly #sources = new LRUCache<bigint, readonly Address[]>({ max: MAX_SUBNETS });

  /** Returns the addresses with a high score in the /64 of an IPv6 address. */
  of({ bits }: Address): readonly Address[] {
    if (typeof bits === 'number' || this.#sources.size === 0) return [];
    return this.#sources.get(bits >> HOST_BITS) ?? [];
  }

  /** Adds an address. Beyond the limit it replaces the first one of its /64. */
  add(address: Address): void {
    if (typeof address.bits === 'number') return;
    const others = this.#without(address);
    this.#sources.set(address.bits >> HOST_BITS, [...others.slice(1 - MAX_SOURCES), address]);
  }

  /** Removes an address; returns whether it was a source. */
  remove(address: Address): boolean {
    const known = this.of(address);
    const others = this.#without(address);
    if (typeof address.bits === 'number' || others.length === known.length) return false;
    if (others.length > 0) this.#sources.set(address.bits >> HOST_BITS, others);
    else this.#sources.delete(address.bits >> HOST_BITS);
    return true;
  }

  #without(address: Address): readonly Address[] {
    return this.of(address).filter(({ value }) => value !== address.value);
  }
}

/** Returns the /64 of an IPv6 address in CIDR notation; undefined for IPv4. */
export function subnetOf({ bits }: Address): string | undefined {
  if (typeof bits === 'number') return undefined;
  return `${formatIpv6(groupsOf((bits >> HOST_BITS) << HOST_BITS))}/${HOST_BITS}`;
}
