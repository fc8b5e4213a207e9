import { SIGNATURE_SUFFIX } from '../../src/signals/address/signature.ts';

/** Stands for each proxy behind the one that the client called. */
const PROXY = '192.0.2.1';

/** A header of a token request, as the identity server passes it on. */
export interface ForwardedHeader {
  readonly name: string;
  readonly value: readonly string[];
}

/** What the edge in front of the identity server does. */
export interface EdgeOptions {
  /** Headers in lower case that the service reads the address from. The edge sets the first of them. */
  readonly headerNames: readonly string[];
  readonly trustedProxyHops: number;
  /** Signs the value of the address header; absent from an edge that does not sign. */
  readonly sign?: ((value: string) => string) | undefined;
}

/**
 * Writes the headers that an edge sets for a client's address: in the header's own format, as if it had
 * passed as many proxies as the service trusts. An empty address stands for a request without them.
 */
export function edgeHeaders(address: string, options: EdgeOptions): readonly ForwardedHeader[] {
  const { headerNames, trustedProxyHops, sign } = options;
  const [name] = headerNames;
  if (address === '' || name === undefined) return [];
  const proxies = Array.from({ length: Math.max(0, trustedProxyHops - 1) }, () => PROXY);
  const value = [address, ...proxies].map((entry) => writeEntry(name, entry)).join(', ');
  const header = { name, value: [value] };
  return sign === undefined
    ? [header]
    : [header, { name: name + SIGNATURE_SUFFIX, value: [sign(value)] }];
}

function writeEntry(name: string, address: string): string {
  if (name === 'cloudfront-viewer-address') return `${address}:443`;
  if (name !== 'forwarded') return address;
  const node = address.includes(':') ? `[${address}]` : address;
  return `for="${node.replace(/["\\]/g, '\\$&')}"`;
}
