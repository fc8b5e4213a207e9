import type { Address } from '../../address/address.ts';

/** The first bits of an IPv6 address that one site has. */
const SITE_BITS = 48n;

/** Returns a key for the network of an address: its /24 or, for IPv6, its /48. */
export function networkKey({ bits }: Address): string {
  return typeof bits === 'bigint'
    ? `${(bits >> (128n - SITE_BITS)).toString(16)}/48`
    : `${Math.floor(bits / 256).toString(16)}/24`;
}
