/**
 * A token with claims of thousands of groups has 4,000 values in 243 KB; 1 MiB of such claims has 16,000.
 * Beyond that come only bodies that mean harm: 1 MiB has room for 500,000 values, and what each costs
 * (to parse, to match, to remove) adds up to seconds.
 */
export const MOST_VALUES = 20_000;

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
  if (json.length <= MOST_VALUES) return false;
  let values = 0;
  let inText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) inText = !inText;
    else if (inText) at += Number(code === BACKSLASH);
    else if (code === COMMA || code === OPENING_BRACKET || code === OPENING_BRACE) values += 1;
    if (values > MOST_VALUES) return true;
  }
  return false;
}
