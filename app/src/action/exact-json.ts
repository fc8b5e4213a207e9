import { randomUUID } from 'node:crypto';
import { endOfString } from './json-size.ts';

/** A double represents integers with fewer digits exactly. */
const MIN_LONG_DIGITS = 16;
/** Longer integers exceed the range of a double and become Infinity. */
const MAX_INTEGER_LENGTH = 310;

/** Marks a string that was an integer. Random, so that no request can contain it. */
const MARK = `${randomUUID()}:`;

/**
 * Parses JSON, with a `bigint` for every integer that a double would round: `JSON.parse` reads
 * 9007199254740993 as 9007199254740992, so one user's number would equal another's. Numbers with a fraction or
 * an exponent stay doubles.
 *
 * @throws SyntaxError
 */
export function parseExactJson(json: string): unknown {
  // First, because everything below relies on valid JSON.
  const value: unknown = JSON.parse(json);
  // Nearly every request ends here, without such a number.
  if (!hasLongInteger(json)) return value;
  const marked = markRoundedIntegers(json);
  if (marked === json) return value;
  return JSON.parse(marked, (_, value) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/**
 * Returns whether the text contains a run of at least `MIN_LONG_DIGITS` digits. Such a run covers one of every
 * `MIN_LONG_DIGITS` indexes, so only those are examined. A regular expression, which starts at every character,
 * took longer than the evaluation of the policy.
 */
function hasLongInteger(json: string): boolean {
  for (let index = MIN_LONG_DIGITS - 1; index < json.length; index += MIN_LONG_DIGITS) {
    if (!isDigitAt(json, index)) continue;
    let first = index;
    while (isDigitAt(json, first - 1)) first -= 1;
    let end = index + 1;
    while (end - first < MIN_LONG_DIGITS && isDigitAt(json, end)) end += 1;
    if (end - first >= MIN_LONG_DIGITS) return true;
  }
  return false;
}

function isDigitAt(json: string, index: number): boolean {
  const code = json.charCodeAt(index);
  return code >= ZERO && code <= NINE;
}

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

const NUMBER = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** Replaces each integer that would be rounded with a marked string. */
function markRoundedIntegers(json: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index);
    if (code === QUOTE) index = endOfString(json, index + 1);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = index;
      const [number = '', fraction, exponent] = NUMBER.exec(json) ?? [];
      if (fraction === undefined && exponent === undefined && isRounded(number)) {
        parts.push(json.slice(copied, index), `"${MARK}${number}"`);
        copied = index + number.length;
      }
      index += number.length - 1;
    }
  }
  return parts.length === 0 ? json : parts.join('') + json.slice(copied);
}

function isRounded(integer: string): boolean {
  return integer.length <= MAX_INTEGER_LENGTH && !Number.isSafeInteger(Number(integer));
}
