/*
 * What CEL's conversions accept. The library's also read what CEL does not define: int("") is 0 there, and the
 * 30th of February a day in March.
 */

/** RFC 3339. */
const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const INTEGER = /^[-+]?\d+$/;

/** A conversion that accepts fewer texts than the library's. */
export interface Conversion {
  readonly accepts: (text: string) => boolean;
  /** What it accepts: "the text is not …". */
  readonly expected: string;
}

const INTEGER_CONVERSION: Conversion = { accepts: isIntegerText, expected: 'a whole number' };

/** By the function's name. Both a constant text and one of the request are checked here. */
export const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ['int', INTEGER_CONVERSION],
  ['uint', INTEGER_CONVERSION],
  ['double', { accepts: isFiniteText, expected: 'a finite number' }],
  ['timestamp', { accepts: isTimestampText, expected: 'a timestamp' }],
]);

function isIntegerText(text: string): boolean {
  return INTEGER.test(text);
}

/**
 * Whether `double()` accepts a text. Not "NaN", with which a client would make every comparison false,
 * and not what is infinite, from which arithmetic makes it.
 */
function isFiniteText(text: string): boolean {
  return Number.isFinite(Number(text));
}

function isTimestampText(text: string): boolean {
  const [, year, month, day] = (TIMESTAMP.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCDate() === day;
}
