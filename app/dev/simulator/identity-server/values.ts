import { type Json, JsonNumber, JsonObject } from './json.ts';

/** The value in plain JavaScript, with the precision that it has there. */
export function toPlain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.literal);
  if (value instanceof JsonObject) {
    return withoutPrototype(value.entries.map(([name, member]) => [name, toPlain(member)]));
  }
  return Array.isArray(value) ? value.map(toPlain) : value;
}

/** An object without prototype, so that a claim may be called `__proto__` or `constructor`. */
export function withoutPrototype(
  entries: Iterable<readonly [string, unknown]>,
): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
}

/**
 * The value as the text that Java makes of it, which is what scopes, audiences, lifetimes and list
 * elements are read from. Very large and very small fractions are spelled differently there.
 */
export function toJavaString(value: Json): string {
  if (value instanceof JsonNumber) {
    if (value.whole) return BigInt(value.literal).toString();
    const number = Number(value.literal);
    return Number.isInteger(number) ? number.toFixed(1) : String(number);
  }
  if (value instanceof JsonObject) {
    const last = new Map(value.entries);
    return `{${[...last].map(([name, member]) => `${name}=${toJavaString(member)}`).join(', ')}}`;
  }
  return Array.isArray(value) ? `[${value.map(toJavaString).join(', ')}]` : String(value);
}

const LARGEST = 2n ** 63n - 1n;

/** A whole number above zero that fits 64 bits, or nothing. A sign and leading zeros are fine. */
export function parsePositiveLong(text: string): bigint | undefined {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number > 0n && number <= LARGEST ? number : undefined;
}
