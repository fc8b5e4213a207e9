import { createHmac } from 'node:crypto';
import type { Address } from '../signals/address/address.ts';
import { formatIpv4 } from '../signals/address/ipv4.ts';
import { formatIpv6 } from '../signals/address/ipv6.ts';

/** The names of the forms, as they are configured. */
export const ADDRESS_FORMS = ['whole', 'truncated', 'hashed'] as const;

/** How a client's address is written into records: it is personal data where a person uses it alone. */
export type AddressForm =
  | { readonly form: 'whole' }
  /** Its network: /24 of IPv4, /48 of IPv6, which is what one site gets, and /40 of 6to4, which embeds the /24. */
  | { readonly form: 'truncated' }
  /** The same text for the same address, which leads back to it for nobody without the key. */
  | { readonly form: 'hashed'; readonly key: string };

/** Writes addresses in a form. */
export function addressWriter(how: AddressForm): (address: Address) => string {
  if (how.form === 'whole') return ({ value }) => value;
  if (how.form === 'truncated') return networkOf;
  // Without a key there are but four billion addresses to try.
  return ({ value }) => createHmac('sha256', how.key).update(value).digest('hex').slice(0, 32);
}

/** The 16 bits of 2002::/16 (RFC 3056), and 24 of the client's IPv4 address: a /48 would contain all of it. */
const SIXTOFOUR = 0x2002n;

function networkOf({ bits }: Address): string {
  if (typeof bits === 'number') return `${formatIpv4((bits & 0xffffff00) >>> 0)}/24`;
  const prefix = bits >> 112n === SIXTOFOUR ? 40 : 48;
  const kept = (bits >> BigInt(128 - prefix)) << BigInt(48 - prefix);
  const groups = [32n, 16n, 0n].map((shift) => Number((kept >> shift) & 0xffffn));
  return `${formatIpv6([...groups, 0, 0, 0, 0, 0])}/${prefix}`;
}
