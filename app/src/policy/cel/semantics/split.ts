import { COST, type CostMeter } from './cost.ts';

/** Splits a string, and stops at the number of parts that the cost limit permits. */
export function splitAll(meter: CostMeter, text: string, separator: string): string[] {
  // One part more than permitted, so that `spend` throws if there are too many.
  const parts = text.split(separator, meter.affordable(COST.madeElement) + 1);
  meter.spend(parts.length * COST.madeElement);
  return parts;
}

/** Splits a string into at most `limit` parts, of which the last contains the rest, as CEL specifies. */
export function splitLimited(
  meter: CostMeter,
  text: string,
  separator: string,
  limit: bigint,
): string[] {
  if (limit === 0n || (text === '' && separator === '')) return [];
  const parts: string[] = [];
  let from = 0;
  while (BigInt(parts.length) < limit - 1n) {
    const at = text.indexOf(separator, separator === '' ? from + 1 : from);
    if (at < 0 || (separator === '' && at >= text.length)) break;
    meter.spend(COST.madeElement);
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  meter.spend(COST.madeElement);
  return [...parts, text.slice(from)];
}
