import type { Json } from './json.ts';
import { javaText, positiveLong } from './values.ts';

/**
 * The lifetime in seconds that a value sets, or nothing if the server ignores the value. It counts in
 * milliseconds of 64 bits, which wrap around: an enormous lifetime can come out negative.
 */
export function lifetimeFrom(value: Json): number | undefined {
  const seconds = positiveLong(javaText(value));
  if (seconds === undefined) return undefined;
  return Number(BigInt.asIntN(64, seconds * 1000n) / 1000n);
}
