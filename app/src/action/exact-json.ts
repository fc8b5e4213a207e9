import { randomUUID } from 'node:crypto';
import { endOfString } from './json-size.ts';

/** Integers of fewer digits are exact in a double. */
const MIN_LONG_DIGITS = 16;
/** Integers of more characters are beyond all doubles, and come out as Infinity. */
const MAX_INTEGER_LENGTH = 310;

/** Marks a string that was an integer. Nobody outside of this process knows it. */
const MARK = `${randomUUID()}:`;

/**
 * Parses JSON. Integers that a double would round are `bigint`: `JSON.parse` makes 9007199254740992 of
 * 9007199254740993, and one user's number would equal another's. Fractions and exponents stay numbers.
 *
 * @throws SyntaxError
 */
export function parseExactJson(json: string): unknown {
  // First: what follows relies on valid JSON.
  const value: unknown = JSON.parse(json);
  // Nearly all requests have no such number; then this search is all that it costs.
  if (!hasLongInteger(json)) return value;
  const marked = markRoundedIntegers(json);
  if (marked === json) return value;
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/**
 * Whether so many digits follow each other anywhere. One of them stands at a multiple of their number, so only
 * those places are looked at: a pattern, which begins anew at each character, took longer than all of a decision's policy.
 */
function hasLongInteger(json: string): boolean {
  for (let at = MIN_LONG_DIGITS - 1; at < json.length; at += MIN_LONG_DIGITS) {
    if (!isDigitAt(json, at)) continue;
    let first = at;
    while (isDigitAt(json, first - 1)) first -= 1;
    let end = at + 1;
    while (end - first < MIN_LONG_DIGITS && isDigitAt(json, end)) end += 1;
    if (end - first >= MIN_LONG_DIGITS) return true;
  }
  return false;
}

function isDigitAt(json: string, at: number): boolean {
  const code = json.charCodeAt(at);
  return code >= ZERO && code <= NINE;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** Puts each integer that would be rounded into a marked string. */
function markRoundedIntegers(json: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at + 1);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = at;
      const [number = '', fraction, exponent] = NUMBER.exec(json) ?? [];
      if (fraction === undefined && exponent === undefined && isRounded(number)) {
        parts.push(json.slice(copied, at), `"${MARK}${number}"`);
        copied = at + number.length;
      }
      at += number.length - 1;
    }
  }
  return parts.length === 0 ? json : parts.join('') + json.slice(copied);
}

function isRounded(integer: string): boolean {
  return integer.length <= MAX_INTEGER_LENGTH && !Number.isSafeInteger(Number(integer));
}
