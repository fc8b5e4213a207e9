import { SIGNATURE_SUFFIX } from '../../src/signals/address/signature.ts';

/** The address of each proxy behind the first one. */
const PROXY_ADDRESS = '192.0.2.1';

/** A header or a parameter of the token request, as the identity server forwards it. */
export interface NamedValue {
  readonly name: string;
  readonly value: readonly string[];
}

/** The behaviour of the edge in front of the identity server. */
export interface EdgeOptions {
  /** Headers from which the service reads the address, in lower case. The edge sets the first. */
  readonly headerNames: readonly string[];
  readonly trustedProxyHops: number;
  /** Signs the value of the address header. Absent if the edge does not sign. */
  readonly sign?: ((value: string) => string) | undefined;
}

/**
 * Returns the headers that the edge sets for a client address, in the format of the header and with as many
 * proxies as the service trusts. Returns no headers for an empty address.
 */
export function edgeHeaders(address: string, options: EdgeOptions): readonly NamedValue[] {
  const { headerNames, trustedProxyHops, sign } = options;
  const [name] = headerNames;
  if (address === '' || name === undefined) return [];
  const proxies = Array.from({ length: Math.max(0, trustedProxyHops - 1) }, () => PROXY_ADDRESS);
  const value = [address, ...proxies].map((entry) => formatEntry(name, entry)).join(', ');
  const header = { name, value: [value] };
  return sign === undefined
    ? [header]
    : [header, { name: name + SIGNATURE_SUFFIX, value: [sign(value)] }];
}

function formatEntry(name: string, address: string): string {
  if (name === 'cloudfront-viewer-address') return `${address}:443`;
  if (name !== 'forwarded') return address;
  const node = address.includes(':') ? `[${address}]` : address;
  return `for="${node.replace(/["\\]/g, '\\$&')}"`;
}
