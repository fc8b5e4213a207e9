import { translatedIpv4 } from '../../signals/address/embedded.ts';
import { parseIpv4 } from '../../signals/address/ipv4.ts';
import { bitsOfIpv6, parseIpv6 } from '../../signals/address/ipv6.ts';
import type { AddressBlock } from '../model/feed-data.ts';

/** One entry of a published list. */
export interface AddressEntry {
  readonly block: AddressBlock;
  /** Whether bits below the prefix were set, as in `8.8.8.8/24`. They were ignored. */
  readonly masked: boolean;
}

const PREFIX = /^(?:0|[1-9]\d{0,2})$/;
const IPV6_BITS = 128;
/** A translated IPv6 address (`::ffff:8.8.8.8`) has the IPv4 address in its last 32 bits. */
const TRANSLATED_PREFIX = 96;

/**
 * Parses an address, a CIDR, a netmask (`8.8.8.0/255.255.255.0`) or a range (`8.8.8.1-8.8.8.9`); returns undefined
 * if it is not valid. More tolerant than `parseCidr`, which is for policies: published lists have bits below the
 * prefix. Rejects leading zeros, wildcards and wildcard masks, which programs interpret differently.
 */
export function parseAddressEntry(text: string): AddressEntry | undefined {
  const dash = text.indexOf('-');
  if (dash >= 0) return parseRange(text.slice(0, dash).trimEnd(), text.slice(dash + 1).trimStart());
  const slash = text.indexOf('/');
  if (slash < 0) {
    const bits = parseBits(text);
    return bits === undefined ? undefined : rangeEntry(bits, bits);
  }
  return parseNetwork(text.slice(0, slash), text.slice(slash + 1));
}

/** Parses the range between two addresses, which must be of one version and in ascending order. */
export function parseRange(first: string, last: string): AddressEntry | undefined {
  const start = parseBits(first);
  const end = parseBits(last);
  return start === undefined || end === undefined ? undefined : rangeEntry(start, end);
}

/** Returns `number` for IPv4, translated forms included, and `bigint` for IPv6. */
function parseBits(text: string): number | bigint | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return ipv4;
  const groups = parseIpv6(text);
  return groups === undefined ? undefined : (translatedIpv4(groups) ?? bitsOfIpv6(groups));
}

function rangeEntry(first: number | bigint, last: number | bigint): AddressEntry | undefined {
  if (first > last) return undefined;
  if (typeof first === 'number' && typeof last === 'number') {
    return { block: { version: 4, first, last }, masked: false };
  }
  if (typeof first === 'bigint' && typeof last === 'bigint') {
    return { block: { version: 6, first, last }, masked: false };
  }
  return undefined;
}

function parseNetwork(base: string, suffix: string): AddressEntry | undefined {
  const prefix = PREFIX.test(suffix) ? Number(suffix) : undefined;
  const ipv4 = parseIpv4(base);
  if (ipv4 !== undefined) return ipv4Network(ipv4, prefix ?? netmaskLength(suffix));
  const groups = parseIpv6(base);
  if (groups === undefined || prefix === undefined) return undefined;
  const translated = translatedIpv4(groups);
  return translated === undefined
    ? ipv6Network(bitsOfIpv6(groups), prefix)
    : ipv4Network(translated, prefix - TRANSLATED_PREFIX);
}

/** Returns the prefix length of a netmask whose ones are contiguous. */
function netmaskLength(text: string): number | undefined {
  const mask = parseIpv4(text);
  if (mask === undefined) return undefined;
  const size = 2 ** 32 - mask;
  const length = 32 - Math.log2(size);
  return Number.isInteger(length) ? length : undefined;
}

function ipv4Network(bits: number, prefix: number | undefined): AddressEntry | undefined {
  if (prefix === undefined || prefix < 0 || prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  const first = bits - (bits % size);
  return { block: { version: 4, first, last: first + size - 1 }, masked: first !== bits };
}

function ipv6Network(bits: bigint, prefix: number): AddressEntry | undefined {
  if (prefix > IPV6_BITS) return undefined;
  const host = (1n << BigInt(IPV6_BITS - prefix)) - 1n;
  const last = bits | host;
  const first = last - host;
  return { block: { version: 6, first, last }, masked: first !== bits };
}
