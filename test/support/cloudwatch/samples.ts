/** A value and how often it occurred. */
export interface Sample {
  readonly value: number;
  readonly count: number;
}

/** A source of data points. */
export interface MetricSource {
  /** Returns the samples of a metric in a minute, from all tasks and flushes. */
  samples(metric: string, minute: number): readonly Sample[];
  /** A source with the same samples except from the minute `from` to `to` (exclusive), whose data points are reused. */
  readonly base?: { readonly source: MetricSource; readonly from: number; readonly to: number };
}

/** Returns the identifier of a metric in a source. */
export function metricKey(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
): string {
  const pairs = Object.entries(dimensions).map(([dimension, value]) => `${dimension}=${value}`);
  return `${namespace} ${name} ${pairs.sort().join(',')}`;
}

/** Returns the data point of a period; undefined without samples. */
export function aggregate(samples: readonly Sample[], statistic: string): number | undefined {
  if (samples.length === 0) return undefined;
  const count = total(samples, () => 1);
  switch (statistic) {
    case 'Sum':
      return total(samples, (value) => value);
    case 'SampleCount':
      return count;
    case 'Average':
      return total(samples, (value) => value) / count;
    case 'Minimum':
      return Math.min(...samples.map(({ value }) => value));
    case 'Maximum':
      return Math.max(...samples.map(({ value }) => value));
    default:
      return percentile(samples, count, statistic);
  }
}

function total(samples: readonly Sample[], of: (value: number) => number): number {
  return samples.reduce((sum, { value, count }) => sum + of(value) * count, 0);
}

/** Uses the nearest rank. CloudWatch interpolates within buckets, which is about as precise. */
function percentile(samples: readonly Sample[], count: number, statistic: string): number {
  const [, digits] = /^p(\d{1,2}(?:\.\d+)?)$/.exec(statistic) ?? [];
  if (digits === undefined) throw new Error(`Unsupported statistic: ${statistic}.`);
  let remaining = Math.ceil((Number(digits) / 100) * count);
  const sorted = [...samples].sort((one, other) => one.value - other.value);
  for (const sample of sorted) {
    remaining -= sample.count;
    if (remaining <= 0) return sample.value;
  }
  return sorted.at(-1)?.value ?? Number.NaN;
}
