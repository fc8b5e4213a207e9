import { parseIpv4 } from './ipv4.ts';

const COLON = 58;
const DOT = 46;

/** The eight 16-bit groups of an IPv6 address. */
export type Groups = readonly number[];

const MAX_IPV6_LENGTH = '0000:0000:0000:0000:0000:0000:255.255.255.255'.length;

/** Parses any text form of RFC 4291, section 2.2; returns undefined if it is not valid, or has a zone id. */
export function parseIpv6(text: string): Groups | undefined {
  if (text.length < 2 || text.length > MAX_IPV6_LENGTH) return undefined;
  const gap = text.indexOf('::');
  if (gap < 0) {
    const groups = readGroups(text);
    return groups?.length === 8 ? groups : undefined;
  }
  const left = gap === 0 ? [] : readGroups(text.slice(0, gap));
  const right = gap + 2 === text.length ? [] : readGroups(text.slice(gap + 2));
  if (left === undefined || right === undefined) return undefined;
  const zeros = 8 - left.length - right.length;
  // A dotted part is valid only at the end, and `::` represents at least one group.
  if (zeros < 1 || text.lastIndexOf('.', gap) >= 0) return undefined;
  for (let zero = 0; zero < zeros; zero += 1) left.push(0);
  for (const group of right) left.push(group);
  return left;
}

/** Reads groups separated by single colons. The last may be a dotted IPv4 address, which is two groups. */
function readGroups(text: string): number[] | undefined {
  const groups: number[] = [];
  let group = 0;
  let digits = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    const digit = hexDigit(code);
    if (digit >= 0 && digits < 4) {
      group = group * 16 + digit;
      digits += 1;
    } else if (code === COLON && digits > 0) {
      groups.push(group);
      group = 0;
      digits = 0;
    } else if (code === DOT) {
      const ipv4 = parseIpv4(text.slice(index - digits));
      if (ipv4 === undefined) return undefined;
      groups.push(ipv4 >>> 16, ipv4 & 0xffff);
      return groups;
    } else {
      return undefined;
    }
  }
  if (digits === 0) return undefined;
  groups.push(group);
  return groups;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  // Bit 5 distinguishes lower case from upper case.
  const lower = code | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

/** Joins the groups of an address into an integer. */
export function bitsOfIpv6(groups: Groups): bigint {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = groups;
  // 32 bits at a time: every operation on a bigint allocates.
  const high = (BigInt(a * 0x10000 + b) << 32n) | BigInt(c * 0x10000 + d);
  const low = (BigInt(e * 0x10000 + f) << 32n) | BigInt(g * 0x10000 + h);
  return (high << 64n) | low;
}

/** Splits an address into groups. */
export function groupsOf(bits: bigint): Groups {
  return Array.from({ length: 8 }, (_, index) =>
    Number((bits >> BigInt(16 * (7 - index))) & 0xffffn),
  );
}

/** Formats an address per RFC 5952: lower case, no leading zeros, `::` for the first longest run of zeros. */
export function formatIpv6(groups: Groups): string {
  const { start, length } = longestZeros(groups);
  const text = (part: Groups) => part.map((group) => group.toString(16)).join(':');
  // A single zero group is written out (RFC 5952, section 4.2.2).
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, start))}::${text(groups.slice(start + length))}`;
}

function longestZeros(groups: Groups): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let length = 0;
  groups.forEach((group, index) => {
    length = group === 0 ? length + 1 : 0;
    if (length > best.length) best = { start: index - length + 1, length };
  });
  return best;
}
