/*
 * What CEL's conversions accept. The library's also read what CEL does not define: int("") is 0 there, and the
 * 30th of February a day in March.
 */

/** RFC 3339. */
const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const INTEGER = /^[-+]?\d+$/;

/** Returns whether `int()` and `uint()` accept a text. */
export function isIntegerText(text: string): boolean {
  return INTEGER.test(text);
}

/**
 * Returns whether `double()` accepts a text. Not "NaN", with which a client would make every comparison false,
 * and not what is infinite, from which arithmetic makes it.
 */
export function isFiniteText(text: string): boolean {
  return Number.isFinite(Number(text));
}

/** Returns whether `timestamp()` accepts a text. */
export function isTimestampText(text: string): boolean {
  const [, year, month, day] = (TIMESTAMP.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return false;
  return new Date(Date.UTC(2000 + (year % 400), month - 1, day)).getUTCDate() === day;
}
