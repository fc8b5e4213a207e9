/** Lower bound of the first bucket. */
const LOWEST_BOUND = 0.001;
/** Ratio of the widths of neighbouring buckets. */
const GROWTH_FACTOR = 1.05;
const LOG_GROWTH = Math.log(GROWTH_FACTOR);
/** Enough for 22 s when values are milliseconds. Larger values fall into the last bucket. */
const BUCKET_COUNT = 347;

/** Values, and how often each occurred: the form in which CloudWatch accepts histograms. */
export interface HistogramData {
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly min: number;
  readonly max: number;
}

/**
 * An exponential histogram of positive numbers. A value is reported as the middle of its bucket, at most
 * 2.5 % off, so that CloudWatch computes percentiles over all tasks, which averages would not allow.
 */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKET_COUNT);
  #min = Number.POSITIVE_INFINITY;
  #max = 0;

  record(value: number): void {
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    const bucket =
      value <= LOWEST_BOUND ? 0 : Math.floor(Math.log(value / LOWEST_BOUND) / LOG_GROWTH);
    const index = bucket < BUCKET_COUNT ? bucket : BUCKET_COUNT - 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** Returns the values recorded since the last call, `undefined` without any, and resets the histogram. */
  drain(): HistogramData | undefined {
    if (this.#min === Number.POSITIVE_INFINITY) return undefined;
    const [min, max] = [this.#min, this.#max];
    const values: number[] = [];
    const counts: number[] = [];
    this.#counts.forEach((count, bucket) => {
      if (count === 0) return;
      const middle = LOWEST_BOUND * GROWTH_FACTOR ** bucket * ((1 + GROWTH_FACTOR) / 2);
      // The minimum and the maximum are known exactly.
      values.push(round(Math.min(max, Math.max(min, middle))));
      counts.push(count);
    });
    this.#counts.fill(0);
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = 0;
    return { values, counts, min: round(min), max: round(max) };
  }
}

/** Rounds to four significant digits; a bucket is no more precise. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
