/** How much an address deserves a lookup. */
export interface LookupMerit {
  /** Something else speaks against the address, such as a feed that lists it. */
  readonly hasReason: boolean;
  /** A stale record would be used instead. */
  readonly hasFallback: boolean;
  /** Lookups of the address that were wanted lately, this one included. @default 1 */
  readonly sightings?: number;
}

/** An address with a reason is worth as many others: it has a high score more often. */
const REASON_WEIGHT = 8;

/** A stale record still serves for hours, so many of them are worth one address without any. */
const FALLBACK_WEIGHT = 1 / 32;

/** Share of a burst that the lookup of an address of the weight 1 leaves to better ones. */
const LEFT_AT_WEIGHT_1 = 1 / 2;

/** The largest share: when the quota suffices for everybody, the burst is full and nothing is held back. */
const MAX_LEFT = 19 / 20;

/**
 * Returns the share of a burst that must be left after a lookup. The scarcer calls are, the less is saved, and the more
 * an address must be worth: which lookups are sent adapts itself to the load. `npm run bench:quota` shows what the
 * weights achieve.
 */
export function shareToLeave({ hasReason, hasFallback, sightings = 1 }: LookupMerit): number {
  const weight = sightings * (hasReason ? REASON_WEIGHT : 1) * (hasFallback ? FALLBACK_WEIGHT : 1);
  return Math.min(LEFT_AT_WEIGHT_1 / Math.sqrt(weight), MAX_LEFT);
}
