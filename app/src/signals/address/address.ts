/** A client address in its one canonical form, so that equal addresses are equal texts. */
export interface Address {
  /** Dotted decimal, or RFC 5952 text for IPv6. Never a zone id, a port, brackets or an IPv4-mapped form. */
  readonly value: string;
  readonly version: 4 | 6;
  /** Whether the IANA special-purpose registries leave it globally reachable. */
  readonly public: boolean;
  /** The address as a whole number: `number` for IPv4, `bigint` for IPv6. */
  readonly bits: number | bigint;
}

/** Why the client's address is not known (design: exactly one value counts). */
export type AddressCause = 'missing' | 'malformed' | 'ambiguous';
