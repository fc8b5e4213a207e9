/** Control and format characters (which include bidirectional overrides), and Unicode's line separators. */
export const CONTROLS = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Replaces characters that a terminal interprets. Texts of servers and files, and ids of requests in records, can contain them. */
export function displayText(text: string): string {
  return text.replace(CONTROLS, '\ufffd');
}

/** Returns a URL without user info and query, which can contain a secret. */
export function displayUrl(text: string): string {
  if (!URL.canParse(text)) return 'a malformed URL';
  const { origin, pathname } = new URL(text);
  return displayText(`${origin}${pathname}`);
}
