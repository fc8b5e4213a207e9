/** A value, and how often it was seen. */
export interface Sample {
  readonly value: number;
  readonly count: number;
}

/** Where data points come from. */
export interface MetricSource {
  /**
   * What arrived of a metric in a minute, from all tasks and flushes.
   *
   * @throws Error when there is no such metric: an alarm on it would be silent for ever.
   */
  samples(metric: string, minute: number): readonly Sample[];
}

/** The name under which a source knows a metric. */
export function metricKey(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
): string {
  const pairs = Object.entries(dimensions).map(([dimension, value]) => `${dimension}=${value}`);
  return `${namespace} ${name} ${pairs.sort().join(',')}`;
}

/** The data point of a period. @returns undefined when nothing arrived, or for a sample count of nothing */
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

/** By the nearest rank. CloudWatch interpolates within its buckets, which are about as coarse. */
function percentile(samples: readonly Sample[], count: number, statistic: string): number {
  const [, digits] = /^p(\d{1,2}(?:\.\d+)?)$/.exec(statistic) ?? [];
  if (digits === undefined) throw new Error(`The statistic ${statistic} is not known here.`);
  let left = Math.ceil((Number(digits) / 100) * count);
  const sorted = [...samples].sort((one, other) => one.value - other.value);
  for (const sample of sorted) {
    left -= sample.count;
    if (left <= 0) return sample.value;
  }
  return sorted.at(-1)?.value ?? Number.NaN;
}
