import {
  DIMENSION_VALUES,
  type Dimension,
  METRICS,
  type MetricDescription,
  type MetricName,
  type OptionalEmitter,
} from '../metric-names.ts';
import { Histogram, type HistogramData } from './histogram.ts';

type NameOf<Kind> = {
  [Name in MetricName]: (typeof METRICS)[Name]['kind'] extends Kind ? Name : never;
}[MetricName];
type CounterName = NameOf<'counter'>;
type GaugeName = NameOf<'gauge'>;
type HistogramName = NameOf<'histogram'>;

/** The value of one metric since the last flush. */
export interface DataPoint {
  readonly name: MetricName;
  /** Value of the metric's own dimension. Absent for a metric without one, and for a total. */
  readonly dimension?: string;
  readonly value: number | HistogramData;
}

/** Reads the current values of gauges; called at each flush. `undefined` yields no data point. */
export type GaugeCallback = () => Iterable<
  readonly [name: GaugeName, value: number | undefined, dimension?: string]
>;

/** Key of a metric without a dimension of its own. */
const NO_DIMENSION = '';

/**
 * The metrics of this process since the last flush. Recording costs nanoseconds, does no I/O and never
 * throws.
 */
export class Metrics {
  readonly #counters = new Map<CounterName, Map<string, number>>();
  readonly #histograms = new Map<HistogramName, Map<string, Histogram>>();
  readonly #gaugeCallbacks: GaugeCallback[] = [];

  /**
   * @param emitters the emitters of this process, whose counters are included when they are 0.
   */
  constructor(emitters: readonly (OptionalEmitter | 'service')[] = ['service']) {
    for (const [name, description] of Object.entries<MetricDescription>(METRICS)) {
      const { kind, emitter = 'service' } = description;
      if (!emitters.includes(emitter)) continue;
      if (kind === 'counter') this.#counters.set(name as CounterName, new Map());
      if (kind === 'histogram') this.#histograms.set(name as HistogramName, new Map());
    }
  }

  /** Adds to a counter, for one value of its dimension if it has one. */
  count(name: CounterName, dimension: string = NO_DIMENSION, amount = 1): void {
    const counter = this.#counters.get(name);
    counter?.set(dimension, (counter.get(dimension) ?? 0) + amount);
  }

  /** Records a duration in a histogram. */
  record(name: HistogramName, milliseconds: number, dimension: string = NO_DIMENSION): void {
    const byDimension = this.#histograms.get(name);
    let histogram = byDimension?.get(dimension);
    if (histogram === undefined) {
      histogram = new Histogram();
      byDimension?.set(dimension, histogram);
    }
    histogram.record(milliseconds);
  }

  /** Registers a callback that reads gauges at each flush. */
  observe(callback: GaugeCallback): void {
    this.#gaugeCallbacks.push(callback);
  }

  /**
   * Returns everything since the last call. Counters without a dimension, and totals, are included when
   * they are 0, so that an alarm can distinguish "nothing happened" from "no data". A dimension's values are
   * included only if they occurred (unless `zeros`): each is billed as a metric.
   */
  drain(): DataPoint[] {
    return [...this.#readGauges(), ...this.#drainCounters(), ...this.#drainHistograms()];
  }

  #drainCounters(): DataPoint[] {
    const points: DataPoint[] = [];
    for (const [name, counter] of this.#counters) {
      const { dimension, total, zeros }: MetricDescription = METRICS[name];
      if (dimension === undefined || total) {
        const value = [...counter.values()].reduce((sum, amount) => sum + amount, 0);
        points.push({ name, value });
      }
      if (dimension !== undefined) {
        const always = zeros ? valuesOf(dimension) : [];
        for (const value of new Set([...always, ...counter.keys()])) {
          points.push({ name, dimension: value, value: counter.get(value) ?? 0 });
        }
      }
      counter.clear();
    }
    return points;
  }

  #drainHistograms(): DataPoint[] {
    const points: DataPoint[] = [];
    for (const [name, byDimension] of this.#histograms) {
      for (const [dimension, histogram] of byDimension) {
        const value = histogram.drain();
        if (value === undefined) continue;
        points.push(dimension === NO_DIMENSION ? { name, value } : { name, dimension, value });
      }
    }
    return points;
  }

  #readGauges(): DataPoint[] {
    return this.#gaugeCallbacks.flatMap((callback) => {
      try {
        return [...callback()].flatMap(([name, value, dimension]) => {
          if (value === undefined) return [];
          return dimension === undefined ? { name, value } : { name, dimension, value };
        });
      } catch {
        // One gauge that cannot be read must not lose the other metrics.
        return [];
      }
    });
  }
}

function valuesOf(dimension: Dimension): readonly string[] {
  return (DIMENSION_VALUES as Partial<Record<Dimension, readonly string[]>>)[dimension] ?? [];
}
