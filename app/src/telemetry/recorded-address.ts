import { createHmac } from 'node:crypto';
import type { Address } from '../signals/address/address.ts';
import { formatIpv4 } from '../signals/address/ipv4.ts';
import { formatIpv6 } from '../signals/address/ipv6.ts';

/** The names of the forms, as they are configured. */
export const ADDRESS_FORMS = ['whole', 'truncated', 'hashed'] as const;

/** How a client's address is written into records: it is personal data where a person uses it alone. */
export type AddressForm =
  | { readonly form: 'whole' }
  /** Its network: /24 of IPv4, /48 of IPv6, which is what one site gets. */
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

function networkOf({ bits }: Address): string {
  if (typeof bits === 'number') return `${formatIpv4((bits & 0xffffff00) >>> 0)}/24`;
  const groups = [112n, 96n, 80n].map((shift) => Number((bits >> shift) & 0xffffn));
  return `${formatIpv6([...groups, 0, 0, 0, 0, 0])}/48`;
}
