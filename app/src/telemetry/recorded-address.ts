import { createHmac } from 'node:crypto';
import type { Address } from '../signals/address/address.ts';
import { formatIpv4 } from '../signals/address/ipv4.ts';
import { formatIpv6 } from '../signals/address/ipv6.ts';

/** The values of the setting. */
export const ADDRESS_FORMATS = ['whole', 'truncated', 'hashed'] as const;

/** How client addresses are written into records: an address that one person uses is personal data. */
export type AddressFormat =
  | { readonly form: 'whole' }
  /** The network: /24 for IPv4; /48, the size of one site, for IPv6; /40 for 6to4, which embeds the /24. */
  | { readonly form: 'truncated' }
  /** A keyed hash: the same for the same address, and irreversible without the key. */
  | { readonly form: 'hashed'; readonly key: string };

/** Returns a function that formats addresses for records. */
export function addressFormatter(format: AddressFormat): (address: Address) => string {
  if (format.form === 'whole') return ({ value }) => value;
  if (format.form === 'truncated') return toNetwork;
  // Keyed: without a key, all four billion IPv4 addresses could be tried.
  return ({ value }) => createHmac('sha256', format.key).update(value).digest('hex').slice(0, 32);
}

/** The prefix 2002::/16 of 6to4 (RFC 3056). The next 32 bits are the IPv4 address, so a /48 would reveal it. */
const SIX_TO_FOUR_PREFIX = 0x2002n;

function toNetwork({ bits }: Address): string {
  if (typeof bits === 'number') return `${formatIpv4((bits & 0xffffff00) >>> 0)}/24`;
  const prefix = bits >> 112n === SIX_TO_FOUR_PREFIX ? 40 : 48;
  const network = (bits >> BigInt(128 - prefix)) << BigInt(48 - prefix);
  const groups = [32n, 16n, 0n].map((shift) => Number((network >> shift) & 0xffffn));
  return `${formatIpv6([...groups, 0, 0, 0, 0, 0])}/${prefix}`;
}
