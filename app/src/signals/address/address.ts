import type { NonPublicCause } from '../causes.ts';
/** A client address in its one canonical form, so that equal addresses are equal texts. */
export type Address = PublicAddress | NonPublicAddress;

interface AddressFields {
  /** Dotted decimal, or RFC 5952 text for IPv6. Never a zone id, a port, brackets or a translated form of IPv4. */
  readonly value: string;
  readonly version: 4 | 6;
  /** The address as a whole number: `number` for IPv4, `bigint` for IPv6. */
  readonly bits: number | bigint;
  /** The IPv4 address of the client behind an IPv6 tunnel. */
  readonly embedded?: Address | undefined;
  /** Whether the operator's edge has signed it. Absent where signatures are not required. */
  readonly signed?: true;
}

/** An address that the IANA special-purpose registries leave globally reachable. */
interface PublicAddress extends AddressFields {
  readonly public: true;
}

interface NonPublicAddress extends AddressFields {
  readonly public: false;
  readonly cause: NonPublicCause;
}

/** Returns the address whose country and reputation count: for a tunnel, the IPv4 address that it embeds. */
export function lookupAddress(address: Address): Address {
  return address.embedded ?? address;
}
