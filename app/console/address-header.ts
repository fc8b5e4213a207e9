import type { AddressOptions } from '../src/signals/address/read.ts';

/** Stands for each proxy behind the one that the client called. */
const PROXY = '192.0.2.1';

/** A header of a token request, as the identity server passes it on. */
export interface AddressHeader {
  readonly name: string;
  readonly value: readonly string[];
}

/**
 * Writes an address into the header that the service reads it from, in that header's format and as if it
 * had passed as many proxies as the service trusts.
 *
 * @returns `undefined` for an empty address: no header names one.
 */
export function addressHeader(
  address: string,
  { names, trustedProxyHops }: AddressOptions,
): AddressHeader | undefined {
  const [name] = names;
  if (address === '' || name === undefined) return undefined;
  const proxies = Array.from({ length: Math.max(0, trustedProxyHops - 1) }, () => PROXY);
  const value = [address, ...proxies].map((entry) => writeEntry(name, entry)).join(', ');
  return { name, value: [value] };
}

function writeEntry(name: string, address: string): string {
  if (name === 'cloudfront-viewer-address') return `${address}:443`;
  if (name !== 'forwarded') return address;
  const node = address.includes(':') ? `[${address}]` : address;
  return `for="${node.replace(/["\\]/g, '\\$&')}"`;
}
