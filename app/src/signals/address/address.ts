import type { NonPublicCause } from '../causes.ts';

/** A client address in canonical form: equal addresses have equal `value` strings. */
export type Address = PublicAddress | NonPublicAddress;

interface AddressFields {
  /** Dotted decimal for IPv4, RFC 5952 for IPv6; without zone id, port or brackets. */
  readonly value: string;
  readonly version: 4 | 6;
  /** The address as an integer: `number` for IPv4, `bigint` for IPv6. */
  readonly bits: number | bigint;
  /** The IPv4 address of the client behind an IPv6 tunnel. */
  readonly embedded?: Address | undefined;
  /** Present if the operator's edge has signed the address. */
  readonly signed?: true;
}

/** An address that is globally reachable according to the IANA special-purpose registries. */
interface PublicAddress extends AddressFields {
  readonly public: true;
}

interface NonPublicAddress extends AddressFields {
  readonly public: false;
  readonly cause: NonPublicCause;
}

/** Returns the address to look up: for a tunnel, the IPv4 address that it embeds. */
export function lookupAddress(address: Address): Address {
  return address.embedded ?? address;
}
