const ZERO = 48;
const NINE = 57;
const DOT = 46;

/**
 * Parses dotted decimal into an integer; returns undefined if it is not valid. Rejects octal, hexadecimal and
 * short forms, which parsers interpret differently (RFC 6943, section 3.1.1).
 */
export function parseIpv4(text: string): number | undefined {
  if (text.length < 7 || text.length > 15) return undefined;
  let bits = 0;
  let parts = 0;
  let part = -1;
  for (let index = 0; index <= text.length; index += 1) {
    const code = index === text.length ? DOT : text.charCodeAt(index);
    if (code === DOT) {
      if (part < 0) return undefined;
      bits = bits * 256 + part;
      parts += 1;
      part = -1;
    } else if (code >= ZERO && code <= NINE && part !== 0) {
      part = Math.max(part, 0) * 10 + code - ZERO;
      if (part > 255) return undefined;
    } else {
      return undefined;
    }
  }
  return parts === 4 ? bits : undefined;
}

/** Formats an integer as dotted decimal. */
export function formatIpv4(bits: number): string {
  return `${bits >>> 24}.${(bits >>> 16) & 255}.${(bits >>> 8) & 255}.${bits & 255}`;
}
