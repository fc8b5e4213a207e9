/**
 * A token with thousands of groups has 4,000 values in 243 KB; 1 MiB of such claims would have 16,000. Only a
 * malicious body has more: 1 MiB has room for 500,000 values, which take seconds to parse, match and remove.
 */
export const MAX_VALUES = 20_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/**
 * Returns whether a JSON text contains more values (objects, lists, elements, fields) than any request has.
 * Counts before parsing, which is much of the cost.
 */
export function hasTooManyValues(json: string): boolean {
  if (json.length <= MAX_VALUES) return false;
  let values = 0;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = endOfString(json, index + 1);
    else if (code === COMMA || code === OPENING_BRACKET || code === OPENING_BRACE) values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}

/**
 * Returns the index of the closing quote of the string whose content begins at `start`. Searches for it, because
 * strings are most of a large body.
 */
export function endOfString(json: string, start: number): number {
  for (let from = start; ; ) {
    const quote = json.indexOf('"', from);
    if (quote < 0) return json.length;
    let before = quote;
    while (before > start && json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    // After an odd number of backslashes, the quote is escaped.
    if ((quote - before) % 2 === 0) return quote;
    from = quote + 1;
  }
}
