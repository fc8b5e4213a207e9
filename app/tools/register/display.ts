/** Returns a text of the server without characters that could control the terminal. */
export function displayText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?');
}

/** Returns a URL without user info and query, which can contain a secret. */
export function displayUrl(text: string): string {
  if (!URL.canParse(text)) return 'a malformed URL';
  const { origin, pathname } = new URL(text);
  return displayText(`${origin}${pathname}`);
}
