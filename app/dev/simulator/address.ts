import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that CHECK accepts. */
export interface CheckedAddress {
  /** The one spelling by which records and faults are found. */
  readonly canonical: string;
  readonly version: 4 | 6;
  readonly public: boolean;
  /** Its kind in the words of ipaddr.js: `unicast`, `private`, `loopback` and so on. */
  readonly range: string;
}

/** Special ranges whose addresses are nevertheless reached through the internet. */
const PUBLIC_RANGES = new Set(['unicast', 'as112', 'as112v6', 'amt', '6to4', 'teredo', 'rfc6052']);

/**
 * Reads an address as CHECK does, or gives `undefined` for what CHECK refuses. Zone ids, ports, brackets
 * and IPv4-mapped forms are undocumented; refusing them shows a client that forgets to normalise.
 */
export function parseCheckedAddress(text: string): CheckedAddress | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  const address = ipaddr.parse(text);
  const range = address.range();
  if (range === 'ipv4Mapped') return undefined;
  return {
    canonical: address.toString(),
    version: address.kind() === 'ipv4' ? 4 : 6,
    public: PUBLIC_RANGES.has(range),
    range,
  };
}

/** The spelling that equal addresses share. Throws a RangeError for what CHECK does not accept. */
export function canonicalAddress(text: string): string {
  const address = parseCheckedAddress(text);
  if (address === undefined) {
    throw new RangeError(`${JSON.stringify(text)} is not an IPv4 or IPv6 address.`);
  }
  return address.canonical;
}
