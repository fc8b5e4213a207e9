import type { Address } from './address.ts';
import { forwardedFromRight, parseElement, parseForwarded } from './forwarded.ts';
import { parseAddress } from './parse.ts';
import { SIGNATURE_SUFFIX } from './signature.ts';

/** Format in which a header carries the client's address. docs/address.md lists the vendors' pages. */
export interface HeaderFormat {
  /** Parses a value with a single address; `undefined` if it is not valid, or a list. */
  readonly parse: (value: string) => Address | undefined;
  /** Absent if the header carries a single address by definition. */
  readonly list?: {
    /** Finds the n-th entry from the right: `undefined` if there are fewer, `null` if it is ambiguous. */
    readonly fromRight: (values: readonly string[], n: number) => string | undefined | null;
    readonly parseEntry: (entry: string) => Address | undefined;
  };
}

/** An address, or a list to which each proxy appends the address of its client. */
const ADDRESS_OR_LIST: HeaderFormat = {
  parse: parseAddress,
  list: { fromRight: entryFromRight, parseEntry: parseAddress },
};

const SINGLE_ADDRESS: HeaderFormat = { parse: parseAddress };

/** Formats by header name in lower case. Every other header is `ADDRESS_OR_LIST`. */
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
  ].map((name) => [name, SINGLE_ADDRESS] as const),
]);

/** Returns the format of the header with a name in lower case. */
export function headerFormat(name: string): HeaderFormat {
  return FORMATS.get(name) ?? ADDRESS_OR_LIST;
}

export const DEFAULT_ADDRESS_HEADER = 'x-client-source-ip';

/** More than any chain of proxies. */
export const MAX_TRUSTED_PROXY_HOPS = 32;

/** Settings that address headers must be consistent with. */
export interface AddressHeaderContext {
  readonly trustedProxyHops: number;
  /** Whether address headers must be signed. */
  readonly signed: boolean;
  /** Names of the settings for messages: environment variables, or options in cdk.json. */
  readonly settings: { readonly headers: string; readonly hops: string };
}

/**
 * Parses the names of address headers, and checks them against the other address settings.
 *
 * @param text comma-separated names.
 * @returns the names in lower case, and one sentence for each issue.
 */
export function parseAddressHeaders(
  text: string,
  { trustedProxyHops, signed, settings }: AddressHeaderContext,
): { readonly names: readonly string[]; readonly issues: readonly string[] } {
  const names = [...new Set(text.split(',').map((part) => part.trim().toLowerCase()))];
  const issues: string[] = [];
  const invalid = names.find((name) => !HEADER_NAME.test(name));
  if (invalid !== undefined) {
    issues.push(
      `${settings.headers} contains "${invalid}", which is not a valid header name: set it to comma-separated header names.`,
    );
  }
  const single = names.filter((name) => headerFormat(name).list === undefined);
  if (trustedProxyHops > 0 && single.length > 0) {
    issues.push(
      `${settings.headers} contains ${single.join(', ')}, which carries a single address by definition, not a list: set ${settings.hops} to 0, or use a header to which your proxies append, such as x-forwarded-for.`,
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

/** `field-name` of RFC 9110, section 5.1, in lower case. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** CloudFront writes IPv6 without brackets, so the last group is the port. */
const VIEWER_ADDRESS = /^[ \t]*([\da-f:.]{2,45}):(\d{1,5})[ \t]*$/i;
const BRACKETED_VIEWER_ADDRESS = /^[ \t]*\[[\da-f:.]{2,45}\]:\d{1,5}[ \t]*$/i;
const MAX_PORT = 65_535;
const MAX_VIEWER_ADDRESS_LENGTH = 100;

function parseViewerAddress(text: string): Address | undefined {
  if (text.length > MAX_VIEWER_ADDRESS_LENGTH) return undefined;
  if (BRACKETED_VIEWER_ADDRESS.test(text)) return parseAddress(text);
  const [, host = '', port] = VIEWER_ADDRESS.exec(text) ?? [];
  if (port === undefined || Number(port) > MAX_PORT) return undefined;
  // A host with one colon would be an IPv4 address with two ports.
  const colons = host.split(':').length - 1;
  return colons === 1 ? undefined : parseAddress(host);
}

/** Finds the n-th entry from the right of the values' comma-separated lists. Reads no further than necessary. */
function entryFromRight(values: readonly string[], n: number): string | undefined {
  let remaining = n;
  for (const value of values.toReversed()) {
    let end = value.length;
    while (end >= 0) {
      const comma = end === 0 ? -1 : value.lastIndexOf(',', end - 1);
      remaining -= 1;
      if (remaining === 0) return value.slice(comma + 1, end);
      end = comma;
    }
  }
  return undefined;
}
