/** The lower bound of the first bucket, and how much wider each is than the one before. */
const LEAST = 0.001;
const GROWTH = 1.05;
const LOG_GROWTH = Math.log(GROWTH);
/** Buckets up to 22 s, with milliseconds as unit; what is beyond falls into the last one. */
const BUCKETS = 347;

/** Values with the number of times that each occurred, as CloudWatch takes them. */
export interface HistogramData {
  readonly values: readonly number[];
  readonly counts: readonly number[];
  readonly least: number;
  readonly most: number;
}

/**
 * Numbers above zero, of which only the bucket is kept: each stands for the middle of its bucket, at
 * most 2.5 % off. So a percentile over all tasks comes out right, which averages would not.
 */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #least = Number.POSITIVE_INFINITY;
  #most = 0;

  add(value: number): void {
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
    const bucket = value <= LEAST ? 0 : Math.floor(Math.log(value / LEAST) / LOG_GROWTH);
    const index = bucket < BUCKETS ? bucket : BUCKETS - 1;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
  }

  /** What was added since the last call; none when nothing was. */
  take(): HistogramData | undefined {
    if (this.#least === Number.POSITIVE_INFINITY) return undefined;
    const [least, most] = [this.#least, this.#most];
    const values: number[] = [];
    const counts: number[] = [];
    this.#counts.forEach((count, bucket) => {
      if (count === 0) return;
      const middle = LEAST * GROWTH ** bucket * ((1 + GROWTH) / 2);
      // The outermost values are known exactly.
      values.push(round(Math.min(most, Math.max(least, middle))));
      counts.push(count);
    });
    this.#counts.fill(0);
    this.#least = Number.POSITIVE_INFINITY;
    this.#most = 0;
    return { values, counts, least: round(least), most: round(most) };
  }
}

/** To four digits: the bucket is no more exact than that. */
function round(value: number): number {
  return Number(value.toPrecision(4));
}
