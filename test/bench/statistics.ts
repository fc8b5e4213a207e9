/** A summary of several samples of one figure. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** In the order of measurement. */
  readonly samples: readonly number[];
}

/** @throws RangeError when there are no samples, or when one is NaN. */
export function summarise(samples: readonly number[]): Summary {
  if (samples.length === 0) throw new RangeError('Expected at least one sample.');
  if (samples.some(Number.isNaN)) throw new RangeError('A sample is NaN.');
  const sorted = samples.toSorted((one, other) => one - other);
  return {
    median: medianOf(sorted),
    min: sorted[0] ?? 0,
    max: sorted.at(-1) ?? 0,
    samples,
  };
}

function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/**
 * Combines two figures round by round, so that a temporary slowdown of the machine, which affects both, drops
 * out of a ratio.
 */
export function combineByRound(
  ours: readonly number[],
  others: readonly number[],
  combine: (our: number, other: number) => number,
): Summary {
  if (ours.length !== others.length)
    throw new RangeError('Both figures must have the same number of rounds.');
  return summarise(ours.map((our, round) => combine(our, others[round] ?? Number.NaN)));
}

export const ratio = (our: number, other: number): number => our / other;
export const difference = (our: number, other: number): number => our - other;
