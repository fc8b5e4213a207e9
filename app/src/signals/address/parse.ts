import type { Address } from './address.ts';
import { translatedIpv4, tunnelledIpv4 } from './embedded.ts';
import { formatIpv4, parseIpv4 } from './ipv4.ts';
import { bitsOfIpv6, formatIpv6, type Groups, parseIpv6 } from './ipv6.ts';
import { reachOf } from './reach.ts';
import type { Reach } from './special-purpose.ts';

/** Longer than any address with brackets, zone id and port. */
const MAX_TEXT_LENGTH = 100;
const MAX_PORT = 65_535;

const SPACE = 0x20;
const TAB = 0x09;
const IPV4_AND_PORT = /^([\d.]+):(\d{1,5})$/;
/** The zone id has the characters of RFC 6874. */
const IPV6 = /^([\da-f:.]+)(?:%[\w.~-]+)?$/i;
/** Only IPv6 addresses have brackets (RFC 3986). */
const BRACKETED_IPV6 = /^\[([\da-f:.]+)(?:%[\w.~-]+)?\](?::(\d{1,5}))?$/i;

/**
 * Parses an address; returns undefined if the text is not one. Ignores surrounding spaces and tabs, brackets, a
 * port and a zone id. A translated form (IPv4-mapped, NAT64, SIIT) yields its IPv4 address; a tunnel's address
 * (6to4, Teredo) stays IPv6, with the client's IPv4 address as `embedded`. Rejects octal, hexadecimal and short
 * IPv4 forms, host names and lists.
 */
export function parseAddress(text: string): Address | undefined {
  if (text.length > MAX_TEXT_LENGTH) return undefined;
  const trimmed = trimBlanks(text);
  const plain = parseIpv4(trimmed);
  if (plain !== undefined) return ipv4Address(plain);

  const ipv4 = IPV4_AND_PORT.exec(trimmed);
  const [, host, port] = ipv4 ?? BRACKETED_IPV6.exec(trimmed) ?? IPV6.exec(trimmed) ?? [];
  if (host === undefined || Number(port ?? 0) > MAX_PORT) return undefined;
  if (ipv4) {
    const bits = parseIpv4(host);
    return bits === undefined ? undefined : ipv4Address(bits);
  }
  const groups = parseIpv6(host);
  if (groups === undefined) return undefined;
  const translated = translatedIpv4(groups);
  return translated === undefined ? ipv6Address(groups) : ipv4Address(translated);
}

/** Returns whether a header value is empty or consists of spaces and tabs. */
export function isBlank(text: string): boolean {
  return text.length <= MAX_TEXT_LENGTH && trimBlanks(text) === '';
}

/** Trims optional whitespace as in RFC 9110, section 5.6.3: spaces and tabs only. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankAt(text, start)) start += 1;
  while (end > start && isBlankAt(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlankAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === SPACE || code === TAB;
}

function ipv4Address(bits: number): Address {
  return addressOf(formatIpv4(bits), 4, bits, reachOf(bits), undefined);
}

/** Returns the address with the given groups, which must not be a translated form of IPv4. */
export function ipv6Address(groups: Groups): Address {
  const tunnelled = tunnelledIpv4(groups);
  const embedded = tunnelled === undefined ? undefined : ipv4Address(tunnelled);
  const bits = bitsOfIpv6(groups);
  // A tunnel is as public as its client. No internet client is behind a tunnel with an internal address.
  const reach = embedded === undefined ? reachOf(bits) : embedded.public ? 'public' : 'reserved';
  return addressOf(formatIpv6(groups), 6, bits, reach, embedded);
}

/** Without object spread, which would take longer than parsing an IPv4 address. */
function addressOf(
  value: string,
  version: 4 | 6,
  bits: number | bigint,
  reach: Reach,
  embedded: Address | undefined,
): Address {
  return reach === 'public'
    ? { value, version, bits, embedded, public: true }
    : { value, version, bits, embedded, public: false, cause: reach };
}
