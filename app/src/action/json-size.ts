/**
 * A token with claims of thousands of groups has 4,000 values in 243 KB; 1 MiB of such claims has 16,000.
 * Beyond that come only bodies that mean harm: 1 MiB has room for 500,000 values, and what each costs
 * (to parse, to match, to remove) adds up to seconds.
 */
export const MAX_VALUES = 20_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const OPENING_BRACE = 0x7b;

/**
 * Whether a JSON text holds more values than any request has: objects, lists, their elements and
 * members. Counted before it is parsed, for much of the cost is the parser's.
 */
export function hasTooManyValues(json: string): boolean {
  if (json.length <= MAX_VALUES) return false;
  let values = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at + 1);
    else if (code === COMMA || code === OPENING_BRACKET || code === OPENING_BRACE) values += 1;
    if (values > MAX_VALUES) return true;
  }
  return false;
}

/** Where the text that begins at `start` has its closing quote: most of a large body is in texts, and need not be looked at. */
export function endOfString(json: string, start: number): number {
  for (let from = start; ; ) {
    const quote = json.indexOf('"', from);
    if (quote < 0) return json.length;
    let before = quote;
    while (before > start && json.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    // Of an odd number of backslashes the last one belongs to the quote.
    if ((quote - before) % 2 === 0) return quote;
    from = quote + 1;
  }
}
