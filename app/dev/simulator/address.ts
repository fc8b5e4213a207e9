import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** An address that CHECK accepts. */
export interface CheckedAddress {
  /** The spelling by which records and faults are looked up. */
  readonly canonical: string;
  readonly version: 4 | 6;
  readonly public: boolean;
  /** The range as ipaddr.js names it: `unicast`, `private`, `loopback` and so on. */
  readonly range: string;
}

/** Ranges whose addresses are reachable through the internet. */
const PUBLIC_RANGES = new Set(['unicast', 'as112', 'as112v6', 'amt', '6to4', 'teredo', 'rfc6052']);

/**
 * Parses an address as CHECK does. Returns `undefined` for one that CHECK rejects. For zone ids, ports,
 * brackets and IPv4-mapped forms its behaviour is undocumented: they are rejected, so that a client which
 * does not normalise addresses is found.
 */
export function parseCheckedAddress(address: string): CheckedAddress | undefined {
  if (isIP(address) === 0 || address.includes('%')) return undefined;
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range === 'ipv4Mapped') return undefined;
  return {
    canonical: parsed.toString(),
    version: parsed.kind() === 'ipv4' ? 4 : 6,
    public: PUBLIC_RANGES.has(range),
    range,
  };
}

/** Returns the canonical spelling of an address. @throws RangeError if CHECK does not accept it. */
export function canonicalAddress(address: string): string {
  const parsed = parseCheckedAddress(address);
  if (parsed === undefined) {
    throw new RangeError(`${JSON.stringify(address)} is not a valid IPv4 or IPv6 address.`);
  }
  return parsed.canonical;
}
