import {
  DIMENSION_VALUES,
  type Dimension,
  METRICS,
  type MetricDescription,
  type MetricName,
} from '../metric-names.ts';
import { Histogram, type HistogramData } from './distribution.ts';

/** The metrics of one kind. */
type Of<Kind> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type SumName = Of<'sum'>;
type StateName = Of<'state'>;
type DistributionName = Of<'distribution'>;

/** What one metric has come to since the last flush. */
export interface Measurement {
  readonly name: MetricName;
  /** Of the dimension beside `Service`, where it is of one value. */
  readonly dimension?: string;
  readonly value: number | HistogramData;
}

/** What holds when it is asked for: each flush asks once. */
export type States = () => Iterable<
  readonly [name: StateName, value: number | undefined, dimension?: string]
>;

/** No dimension beside `Service`: a metric that has none, or the total of one that has. */
const NONE = '';

/**
 * Counts and times since the last flush, in this process. Adding one is a matter of nanoseconds and
 * neither writes nor throws.
 */
export class Metrics {
  readonly #sums = new Map<SumName, Map<string, number>>();
  readonly #distributions = new Map<DistributionName, Map<string, Histogram>>();
  readonly #states: States[] = [];

  constructor() {
    for (const [name, { kind }] of Object.entries(METRICS)) {
      if (kind === 'sum') this.#sums.set(name as SumName, new Map());
      if (kind === 'distribution') this.#distributions.set(name as DistributionName, new Map());
    }
  }

  /** Adds to a sum, for one value of its dimension if it has one. */
  count(name: SumName, dimension: string = NONE, amount = 1): void {
    const sum = this.#sums.get(name);
    sum?.set(dimension, (sum.get(dimension) ?? 0) + amount);
  }

  /** Adds a value to a distribution; milliseconds. */
  time(name: DistributionName, milliseconds: number, dimension: string = NONE): void {
    const all = this.#distributions.get(name);
    let distribution = all?.get(dimension);
    if (distribution === undefined) {
      distribution = new Histogram();
      all?.set(dimension, distribution);
    }
    distribution.add(milliseconds);
  }

  /** Has each flush ask what holds. */
  observe(states: States): void {
    this.#states.push(states);
  }

  /**
   * Everything since the last call. Sums without a dimension, and totals, are there even when they are
   * 0: an alarm can tell that nothing happened from that nobody said anything. Most values of a
   * dimension are there when they occurred: each costs as a metric of its own.
   */
  drain(): Measurement[] {
    return [...this.#askStates(), ...this.#takeSums(), ...this.#takeDistributions()];
  }

  #takeSums(): Measurement[] {
    const all: Measurement[] = [];
    for (const [name, sum] of this.#sums) {
      const { dimension, total, zeros }: MetricDescription = METRICS[name];
      if (dimension === undefined || total) {
        const value = [...sum.values()].reduce((before, amount) => before + amount, 0);
        all.push({ name, value });
      }
      if (dimension !== undefined) {
        const always = zeros ? valuesOf(dimension) : [];
        for (const value of new Set([...always, ...sum.keys()])) {
          all.push({ name, dimension: value, value: sum.get(value) ?? 0 });
        }
      }
      sum.clear();
    }
    return all;
  }

  #takeDistributions(): Measurement[] {
    const all: Measurement[] = [];
    for (const [name, byDimension] of this.#distributions) {
      for (const [dimension, distribution] of byDimension) {
        const value = distribution.take();
        if (value === undefined) continue;
        all.push(dimension === NONE ? { name, value } : { name, dimension, value });
      }
    }
    return all;
  }

  #askStates(): Measurement[] {
    return this.#states.flatMap((states) => {
      try {
        return [...states()].flatMap(([name, value, dimension]) => {
          if (value === undefined) return [];
          return dimension === undefined ? { name, value } : { name, dimension, value };
        });
      } catch {
        // One that cannot be told must not cost the others.
        return [];
      }
    });
  }
}

function valuesOf(dimension: Dimension): readonly string[] {
  return (DIMENSION_VALUES as Partial<Record<Dimension, readonly string[]>>)[dimension] ?? [];
}
