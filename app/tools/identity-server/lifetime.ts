import type { Json } from './json.ts';
import { parsePositiveLong, toJavaString } from './values.ts';

/**
 * Returns the lifetime in seconds that a value sets, or `undefined` if the server ignores the value. The server
 * computes with 64-bit milliseconds, which wrap around: a very large lifetime can become negative.
 */
export function parseLifetime(value: Json): number | undefined {
  const seconds = parsePositiveLong(toJavaString(value));
  if (seconds === undefined) return undefined;
  return Number(BigInt.asIntN(64, seconds * 1000n) / 1000n);
}
