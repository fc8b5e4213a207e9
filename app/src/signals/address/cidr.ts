import { translatedIpv4 } from './embedded.ts';
import { formatIpv4, parseIpv4 } from './ipv4.ts';
import { bitsOfIpv6, formatIpv6, groupsOf, parseIpv6 } from './ipv6.ts';

/** A block of addresses, from `first` to `last`. */
export type Cidr = Ipv4Cidr | Ipv6Cidr;

interface Ipv4Cidr extends Block<number> {
  readonly version: 4;
}

interface Ipv6Cidr extends Block<bigint> {
  readonly version: 6;
}

interface Block<Bits> {
  /** Canonical form with a prefix length: `10.0.0.0/8`, `2001:db8::1/128`. */
  readonly text: string;
  readonly prefix: number;
  readonly first: Bits;
  readonly last: Bits;
}

/** Length of an IPv6 CIDR with all groups written out and a dotted IPv4 part. */
const MAX_CIDR_LENGTH = 49;
const PREFIX = /^(?:0|[1-9]\d{0,2})$/;

/**
 * Parses `10.0.0.0/8`, `2001:db8::/32` or a single address; returns undefined if it is not valid. Rejects host
 * bits (`10.0.0.1/8`), which indicate a typo in the address or the prefix. A block in a translated form
 * (IPv4-mapped, NAT64, SIIT) is the IPv4 block that it represents, as an address in that form is its IPv4
 * address; a prefix shorter than /96 is rejected there, because such a block would match no address.
 */
export function parseCidr(text: string): Cidr | undefined {
  if (text.length > MAX_CIDR_LENGTH) return undefined;
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  const prefix = slash < 0 ? undefined : text.slice(slash + 1);
  if (prefix !== undefined && !PREFIX.test(prefix)) return undefined;
  const length = prefix === undefined ? undefined : Number(prefix);

  const ipv4 = parseIpv4(base);
  if (ipv4 !== undefined) return ipv4Block(ipv4, length ?? 32);
  const groups = parseIpv6(base);
  if (groups === undefined) return undefined;
  const translated = translatedIpv4(groups);
  if (translated !== undefined) return ipv4Block(translated, (length ?? 128) - 96);
  return ipv6Block(bitsOfIpv6(groups), length ?? 128, formatIpv6(groups));
}

/**
 * Returns the block that contains `10.0.0.1/8`, for an error message; undefined unless host bits are what makes
 * the string not valid.
 */
export function enclosingBlock(text: string): string | undefined {
  const [base = '', prefix = '', more] = text.split('/');
  if (parseCidr(text) !== undefined || more !== undefined || !PREFIX.test(prefix)) return undefined;
  const address = parseCidr(base);
  if (address === undefined) return undefined;
  const width = address.version === 4 ? 32 : 128;
  const hostBits = BigInt(width - Number(prefix));
  if (hostBits < 0n) return undefined;
  const first = (BigInt(address.first) >> hostBits) << hostBits;
  if (address.version === 4) return `${formatIpv4(Number(first))}/${prefix}`;
  return `${formatIpv6(groupsOf(first))}/${prefix}`;
}

function ipv4Block(first: number, prefix: number): Cidr | undefined {
  if (prefix < 0 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  if (first % size !== 0) return undefined;
  const text = `${formatIpv4(first)}/${prefix}`;
  return { version: 4, text, prefix, first, last: first + size - 1 };
}

function ipv6Block(first: bigint, prefix: number, base: string): Cidr | undefined {
  if (prefix > 128) return undefined;
  const host = (1n << BigInt(128 - prefix)) - 1n;
  if ((first & host) !== 0n) return undefined;
  return { version: 6, text: `${base}/${prefix}`, prefix, first, last: first | host };
}
