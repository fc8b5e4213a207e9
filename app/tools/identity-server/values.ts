import { type Json, JsonNumber, JsonObject } from './json.ts';

/** Converts a value to plain JavaScript. Numbers lose precision as they do there. */
export function toPlain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.literal);
  if (value instanceof JsonObject) {
    return withoutPrototype(value.entries.map(([name, entry]) => [name, toPlain(entry)]));
  }
  return Array.isArray(value) ? value.map(toPlain) : value;
}

/** Creates an object without a prototype, so that a claim can be named `__proto__` or `constructor`. */
export function withoutPrototype(
  entries: Iterable<readonly [string, unknown]>,
): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null);
  for (const [name, value] of entries) object[name] = value;
  return object;
}

/**
 * Converts a value to a string as Java does. The server reads scopes, audiences, lifetimes and list elements from
 * that string. Java formats very large and very small fractions differently, which is not modelled.
 */
export function toJavaString(value: Json): string {
  if (value instanceof JsonNumber) {
    if (value.isInteger) return BigInt(value.literal).toString();
    const number = Number(value.literal);
    return Number.isInteger(number) ? number.toFixed(1) : String(number);
  }
  if (value instanceof JsonObject) {
    const last = new Map(value.entries);
    return `{${[...last].map(([name, entry]) => `${name}=${toJavaString(entry)}`).join(', ')}}`;
  }
  return Array.isArray(value) ? `[${value.map(toJavaString).join(', ')}]` : String(value);
}

const MAX_LONG = 2n ** 63n - 1n;

/** Parses a positive 64-bit integer, with an optional plus sign and leading zeros. Returns `undefined` otherwise. */
export function parsePositiveLong(text: string): bigint | undefined {
  if (!/^\+?[0-9]+$/.test(text)) return undefined;
  const number = BigInt(text.replace('+', ''));
  return number > 0n && number <= MAX_LONG ? number : undefined;
}
