import type { Address } from './address.ts';
import { forwardedFromRight, parseElement, parseForwarded } from './forwarded.ts';
import { parseAddress } from './parse.ts';
import { SIGNATURE_SUFFIX } from './signature.ts';

/** How a header writes the client's address. docs/address.md has the table with each vendor's page. */
export interface HeaderFormat {
  /** Parses a value that is one address; `undefined` if it is not one, or if it is a list. */
  readonly parse: (value: string) => Address | undefined;
  /** Absent from a header that carries one address by definition. */
  readonly list?: {
    /** Finds the n-th entry from the right: `undefined` if there are fewer, `null` if it cannot be told. */
    readonly fromRight: (values: readonly string[], n: number) => string | undefined | null;
    readonly parseEntry: (entry: string) => Address | undefined;
  };
}

/** One address, or a list to which each proxy appends the address that it was called from. */
const ADDRESS_OR_LIST: HeaderFormat = {
  parse: parseAddress,
  list: { fromRight: entryFromRight, parseEntry: parseAddress },
};

const ONE_ADDRESS: HeaderFormat = { parse: parseAddress };

/** By name in lower case; every other header is `ADDRESS_OR_LIST`. */
const FORMATS: ReadonlyMap<string, HeaderFormat> = new Map([
  [
    'forwarded',
    {
      parse: parseForwarded,
      list: { fromRight: forwardedFromRight, parseEntry: parseElement },
    },
  ],
  ['cloudfront-viewer-address', { parse: parseViewerAddress }],
  ...[
    'true-client-ip',
    'cf-connecting-ip',
    'cf-connecting-ipv6',
    'fly-client-ip',
    'fastly-client-ip',
    'x-azure-clientip',
    'x-azure-socketip',
    'x-appengine-user-ip',
    'x-envoy-external-address',
    'x-nf-client-connection-ip',
    'do-connecting-ip',
    'incap-client-ip',
    'x-sucuri-clientip',
    'ali-cdn-real-ip',
  ].map((name) => [name, ONE_ADDRESS] as const),
]);

/** Returns the format of a header by its name in lower case. */
export function formatOf(name: string): HeaderFormat {
  return FORMATS.get(name) ?? ADDRESS_OR_LIST;
}

export const DEFAULT_ADDRESS_HEADER = 'x-client-source-ip';

/** More proxies in a row than anybody has. */
export const MAX_TRUSTED_PROXY_HOPS = 32;

/** What address headers are checked against. */
export interface AddressHeaderContext {
  readonly trustedProxyHops: number;
  /** Whether each of them must be signed. */
  readonly signed: boolean;
  /** What the settings are called where they are set: in the environment, or in cdk.json. */
  readonly settings: { readonly headers: string; readonly hops: string };
}

/**
 * Parses the names of address headers, and checks them against the settings beside them.
 *
 * @param text comma-separated names.
 * @returns the names in lower case, and a sentence for each issue.
 */
export function parseAddressHeaders(
  text: string,
  { trustedProxyHops, signed, settings }: AddressHeaderContext,
): { readonly names: readonly string[]; readonly issues: readonly string[] } {
  const names = [...new Set(text.split(',').map((part) => part.trim().toLowerCase()))];
  const issues: string[] = [];
  const invalid = names.find((name) => !HEADER_NAME.test(name));
  if (invalid !== undefined) {
    issues.push(`${settings.headers} holds "${invalid}": set it to header names, comma-separated.`);
  }
  const single = names.filter((name) => formatOf(name).list === undefined);
  if (trustedProxyHops > 0 && single.length > 0) {
    issues.push(
      `${settings.headers} contains ${single.join(', ')}, which by definition carries one address and no list: set ${settings.hops} to 0, or use a header to which your proxies append, such as x-forwarded-for.`,
    );
  }
  const signature = names.find((name) => names.includes(name + SIGNATURE_SUFFIX));
  if (signed && signature !== undefined) {
    issues.push(
      `${settings.headers} contains ${signature}${SIGNATURE_SUFFIX}, which carries the signature of ${signature}: remove it.`,
    );
  }
  return { names, issues };
}

/** `field-name` of RFC 9110, section 5.1. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** CloudFront writes IPv6 without brackets, so that the last group is the port. */
const VIEWER_ADDRESS = /^[ \t]*([\da-f:.]{2,45}):(\d{1,5})[ \t]*$/i;
const BRACKETED_VIEWER_ADDRESS = /^[ \t]*\[[\da-f:.]{2,45}\]:\d{1,5}[ \t]*$/i;
const MAX_PORT = 65_535;
const MAX_VIEWER_ADDRESS_LENGTH = 100;

function parseViewerAddress(text: string): Address | undefined {
  if (text.length > MAX_VIEWER_ADDRESS_LENGTH) return undefined;
  if (BRACKETED_VIEWER_ADDRESS.test(text)) return parseAddress(text);
  const [, host = '', port] = VIEWER_ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > MAX_PORT) return undefined;
  // One colon more would be an IPv4 address with two ports.
  const colons = host.split(':').length - 1;
  return colons === 1 ? undefined : parseAddress(host);
}

/** Finds the n-th entry from the right of comma-separated lists in order. Reads no further than it must. */
function entryFromRight(values: readonly string[], n: number): string | undefined {
  let left = n;
  for (const value of values.toReversed()) {
    let end = value.length;
    while (end >= 0) {
      const comma = end === 0 ? -1 : value.lastIndexOf(',', end - 1);
      left -= 1;
      if (left === 0) return value.slice(comma + 1, end);
      end = comma;
    }
  }
  return undefined;
}
