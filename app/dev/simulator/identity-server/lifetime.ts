import type { Json } from './json.ts';
import { parsePositiveLong, toJavaString } from './values.ts';

/**
 * The lifetime in seconds that a value sets, or nothing if the server ignores the value. It counts in
 * milliseconds of 64 bits, which wrap around: an enormous lifetime can come out negative.
 */
export function parseLifetime(value: Json): number | undefined {
  const seconds = parsePositiveLong(toJavaString(value));
  if (seconds === undefined) return undefined;
  return Number(BigInt.asIntN(64, seconds * 1000n) / 1000n);
}
