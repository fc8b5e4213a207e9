import type { Address } from './address.ts';
import { parseAddress } from './parse.ts';

/*
 * The Forwarded header (RFC 7239). Its elements are split from right to left: the operator's own proxies append
 * on the right, everything left of that comes from the client, and a quotation mark that the client leaves open
 * must not hide the proxies' elements.
 */

/** Longer than any element with all four parameters of the RFC. */
const MAX_ELEMENT_LENGTH = 1000;

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** `forwarded-pair` of the RFC, or an empty string, up to the next `;`. The value is a token or a quoted string. */
const PAIR =
  /[ \t]{0,9}(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[\t !#-[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*)"))?[ \t]{0,9}(;|$)/y;

/** `node` of the RFC with an address; not `unknown` or an identifier such as `_hidden`. */
const NODE = /^(?:([\d.]+)|\[([\da-f]*:[\da-f:.]*)\])(?::(?:(\d{1,5})|_[\w.-]+))?$/i;
const MAX_PORT = 65_535;

/** Returns the address of the header's only element; `undefined` if it has several, or one without an address. */
export function parseForwarded(text: string): Address | undefined {
  return elementStart(text, text.length) === 0 ? parseElement(text) : undefined;
}

/**
 * Finds the n-th element from the right of the header's values. Empty elements count.
 *
 * @returns the element; `undefined` if there are fewer than n; `null` if its start is ambiguous.
 */
export function forwardedFromRight(
  values: readonly string[],
  n: number,
): string | undefined | null {
  let remaining = n;
  for (const value of values.toReversed()) {
    let end = value.length;
    while (end >= 0) {
      const start = elementStart(value, end);
      if (start === undefined) return null;
      remaining -= 1;
      if (remaining === 0) return value.slice(start, end);
      end = start - 1;
    }
  }
  return undefined;
}

/** Returns the address in the `for` parameter of one element, without its port. */
export function parseElement(text: string): Address | undefined {
  if (text.length > MAX_ELEMENT_LENGTH) return undefined;
  let node: string | undefined;
  PAIR.lastIndex = 0;
  for (;;) {
    const [, name, token, quoted, end] = PAIR.exec(text) ?? [];
    if (end === undefined) return undefined;
    if (name?.toLowerCase() === 'for') {
      // The RFC allows each parameter once.
      if (node !== undefined) return undefined;
      node = token ?? quoted?.replace(/\\(.)/g, '$1') ?? '';
    }
    if (end === '') return node === undefined ? undefined : parseNode(node);
  }
}

function parseNode(node: string): Address | undefined {
  const [, ipv4, ipv6, port = '0'] = NODE.exec(node) ?? [];
  const host = ipv4 ?? ipv6;
  return host === undefined || Number(port) > MAX_PORT ? undefined : parseAddress(host);
}

/** Returns the start of the element that ends at `end`; `undefined` if a quoted string in it has no start. */
function elementStart(text: string, end: number): number | undefined {
  for (let at = end - 1; at >= 0; at -= 1) {
    const code = text.charCodeAt(at);
    if (code === COMMA) return at + 1;
    if (code !== QUOTE) continue;
    at = openingQuote(text, at);
    if (at < 0) return undefined;
  }
  return 0;
}

/** Returns the position of the quotation mark that matches the one at `closing`; -1 if there is none. */
function openingQuote(text: string, closing: number): number {
  for (let at = closing - 1; at >= 0; at -= 1) {
    if (text.charCodeAt(at) !== QUOTE) continue;
    let before = at;
    while (before > 0 && text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    // An odd number of backslashes escapes the quotation mark.
    if ((at - before) % 2 === 0) return at;
    at = before;
  }
  return -1;
}
