/**
 * The identity server validates the texts of a refusal or an error against a character set and a maximum
 * length. One invalid character, such as a comma, turns the whole response into a 500 for the user.
 */
export const MAX_REASON_LENGTH = 100;
export const MAX_DESCRIPTION_LENGTH = 300;

const ALLOWED = /^[A-Za-z0-9 _.!?;:'()[\]-]*$/;
const DISALLOWED = /[^A-Za-z0-9 _.!?;:'()[\]-]/gu;
const COMBINING_MARKS = /\p{M}/gu;

/** Returns whether the identity server accepts every character of a text, whatever its length. */
export function hasOnlyAllowedCharacters(text: string): boolean {
  return ALLOWED.test(text);
}

/** Returns where the first character is that the identity server rejects; -1 if there is none. */
export function indexOfDisallowed(text: string): number {
  return text.search(DISALLOWED);
}

/** Returns the characters of a text that the identity server rejects, without duplicates. */
export function disallowedCharacters(text: string): string[] {
  return [...new Set(text.match(DISALLOWED) ?? [])];
}

/**
 * Reduces a text to what the identity server accepts: removes accents, replaces every other invalid character
 * with a hyphen, and truncates to `maxLength`. Truncates first, so that a huge value costs nothing.
 */
export function toAllowedText(text: string, maxLength: number): string {
  if (text.length <= maxLength && ALLOWED.test(text)) return text;
  return text
    .slice(0, maxLength)
    .normalize('NFKD')
    .replace(COMBINING_MARKS, '')
    .replace(DISALLOWED, '-')
    .slice(0, maxLength);
}
