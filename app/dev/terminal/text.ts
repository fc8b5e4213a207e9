/** Returns the local time of day, as `23:59:59`. */
export function clockTime(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB');
}

/** Control and format characters (which include bidirectional overrides), and Unicode's line separators. */
const CONTROLS = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Replaces characters that a terminal interprets. Ids in records, for example, come from requests. */
export function replaceControls(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}

/** Truncates a string to a length that includes the ellipsis. */
export function truncate(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, Math.max(0, length - 1))}…` : text;
}
