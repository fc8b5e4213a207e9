/*
 * The strings that CEL's conversion functions accept. The library also reads strings that CEL does not define:
 * int("") is 0, and 30 February is a day in March.
 */

/** RFC 3339. */
const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const INTEGER = /^[-+]?\d+$/;

/** A conversion that accepts fewer strings than the library does. */
export interface Conversion {
  readonly accepts: (text: string) => boolean;
  /** Completes "is not …". */
  readonly expected: string;
}

const INTEGER_CONVERSION: Conversion = { accepts: isInteger, expected: 'an integer' };

/** By function name. They apply to constants at load time and to values of the request at run time. */
export const CONVERSIONS: ReadonlyMap<string, Conversion> = new Map([
  ['int', INTEGER_CONVERSION],
  ['uint', INTEGER_CONVERSION],
  ['double', { accepts: isFiniteNumber, expected: 'a finite number' }],
  ['timestamp', { accepts: isTimestamp, expected: 'a timestamp' }],
]);

function isInteger(text: string): boolean {
  return INTEGER.test(text);
}

/** Rejects "NaN", with which a client could make every comparison false, and infinity, which arithmetic turns into NaN. */
function isFiniteNumber(text: string): boolean {
  return Number.isFinite(Number(text));
}

function isTimestamp(text: string): boolean {
  const [, year, month, day] = (TIMESTAMP.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  // The calendar repeats every 400 years; Date.UTC reads the years 0 to 99 as 1900 to 1999.
  return new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCDate() === day;
}
