/** What several samples of one figure come to. */
export interface Summary {
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** In the order in which they were taken. */
  readonly samples: readonly number[];
}

/** @throws RangeError without a sample, or with one that is no number: that is a fault of the measurement. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('There is nothing to summarise.');
  if (samples.some(Number.isNaN)) throw new RangeError('A sample is no number.');
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: medianOf(sorted),
    least: sorted[0] ?? 0,
    most: sorted.at(-1) ?? 0,
    samples,
  };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/**
 * Two figures of the same rounds, combined round by round: what slows the machine for a while slows both,
 * and drops out of a ratio.
 */
export function byRound(
  ours: readonly number[],
  others: readonly number[],
  combine: (our: number, other: number) => number,
): Summary {
  if (ours.length !== others.length) throw new RangeError('The rounds are not the same.');
  return summarise(ours.map((our, round) => combine(our, others[round] ?? Number.NaN)));
}

export const ratio = (our: number, other: number): number => our / other;
export const difference = (our: number, other: number): number => our - other;
