import type { Groups } from './ipv6.ts';

/**
 * Returns the IPv4 address that an IPv6 address is merely another notation of, or undefined: IPv4-mapped
 * ::ffff:0:0/96 (RFC 4291, section 2.5.5.2), SIIT's ::ffff:0:0:0/96 (RFC 2765, section 2.1) and NAT64's
 * well-known prefix 64:ff9b::/96 (RFC 6052, section 2.1).
 */
export function translatedIpv4(groups: Groups): number | undefined {
  const [a, b, c, d, e, f, high = 0, low = 0] = groups;
  if (c !== 0 || d !== 0) return undefined;
  const mapped = a === 0 && b === 0 && e === 0 && f === 0xffff;
  const siit = a === 0 && b === 0 && e === 0xffff && f === 0;
  const nat64 = a === 0x64 && b === 0xff9b && e === 0 && f === 0;
  return mapped || siit || nat64 ? join(high, low) : undefined;
}

/**
 * Returns the IPv4 address of the client behind a tunnel, or undefined if the address is not a tunnel's:
 * - 6to4, 2002::/16 (RFC 3056): the 32 bits after the prefix.
 * - Teredo, 2001::/32 (RFC 4380, section 4): the last 32 bits, inverted. The address after the prefix is the
 *   server's.
 * - NAT64 with a local-use prefix, 64:ff9b:1::/48 (RFC 8215): the last 32 bits. Their position depends on
 *   the prefix length, which only that network knows, but for all lengths except /96 the last 24 bits are zero
 *   (RFC 6052, section 2.2). If they are zero, the IPv4 address is unknown.
 *
 * ISATAP (RFC 5214) and 6rd (RFC 5969) are not included: their prefixes belong to the client's network, so
 * those addresses have their own country and reputation.
 */
export function tunnelledIpv4(groups: Groups): number | undefined {
  const [a, b = 0, c = 0, , , , high = 0, low = 0] = groups;
  if (a === 0x2002) return join(b, c);
  if (a === 0x2001 && b === 0) return join(high ^ 0xffff, low ^ 0xffff);
  if (a === 0x64 && b === 0xff9b && c === 1 && ((high & 0xff) !== 0 || low !== 0)) {
    return join(high, low);
  }
  return undefined;
}

function join(high: number, low: number): number {
  return high * 0x10000 + low;
}
