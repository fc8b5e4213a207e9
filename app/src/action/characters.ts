/**
 * The identity server reads the texts of a refusal or an error against a fixed set of characters and
 * a length. One character outside (a comma is enough) turns the whole answer into a 500 for the user.
 */
export const MAX_REASON_LENGTH = 100;
export const MAX_DESCRIPTION_LENGTH = 300;

const ALLOWED = /^[A-Za-z0-9 _.!?;:'()[\]-]*$/;
const REFUSED = /[^A-Za-z0-9 _.!?;:'()[\]-]/gu;
const COMBINING_MARKS = /\p{M}/gu;

/** Whether the identity server takes every character of the text. Says nothing of its length. */
export function hasOnlyAllowedCharacters(text: string): boolean {
  return ALLOWED.test(text);
}

/** The characters of a text that the identity server refuses, each once. */
export function disallowedCharacters(text: string): string[] {
  return [...new Set(text.match(REFUSED) ?? [])];
}

/**
 * Reduces a text to what the identity server takes: accents go, anything else outside becomes a
 * hyphen, and what is longer than `length` is cut. The cut comes first, so a huge value costs nothing.
 */
export function toAllowedText(text: string, length: number): string {
  if (text.length <= length && ALLOWED.test(text)) return text;
  return text
    .slice(0, length)
    .normalize('NFKD')
    .replace(COMBINING_MARKS, '')
    .replace(REFUSED, '-')
    .slice(0, length);
}
