import {
  type Dimension,
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  SERVICE_DIMENSION,
} from '../metric-names.ts';
import type { HistogramData } from './distribution.ts';
import type { Measurement } from './metrics.ts';

/** What every line says beside its metrics. */
export interface EmfContext {
  /** The value of the dimension `Service`. */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** CloudWatch takes no more values in one metric of one line. */
const MOST_VALUES = 100;
/** Nor more metrics in one line. */
const MOST_METRICS = 100;

/**
 * Measurements in CloudWatch's embedded metric format, one object for a line: CloudWatch Logs makes
 * metrics of them by itself. Those of the same dimensions share a line; distributions have lines of
 * their own, as Logs Insights sees but 200 fields of one.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfLines(measurements: readonly Measurement[], context: EmfContext): object[] {
  const shared = new Map<string, Measurement[]>();
  const lines: object[] = [];
  for (const measurement of measurements) {
    const { name, dimension, value } = measurement;
    if (typeof value !== 'number') {
      for (const part of partsOf(value))
        lines.push(line([{ ...measurement, value: part }], context));
      continue;
    }
    const key = dimension === undefined ? '' : `${dimensionOf(name)}=${dimension}`;
    const group = shared.get(key);
    if (group === undefined) shared.set(key, [measurement]);
    else group.push(measurement);
  }
  for (const group of shared.values()) {
    for (let start = 0; start < group.length; start += MOST_METRICS) {
      lines.push(line(group.slice(start, start + MOST_METRICS), context));
    }
  }
  return lines;
}

function line(group: readonly Measurement[], { service, timestamp }: EmfContext): object {
  const [first] = group;
  const name = first?.dimension === undefined ? undefined : dimensionOf(first.name);
  return {
    event: 'metrics',
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[SERVICE_DIMENSION, ...(name === undefined ? [] : [name])]],
          Metrics: group.map((metric) => ({ Name: metric.name, Unit: METRICS[metric.name].unit })),
        },
      ],
    },
    [SERVICE_DIMENSION]: service,
    ...(name !== undefined && { [name]: first?.dimension }),
    ...Object.fromEntries(group.map((metric) => [metric.name, written(metric.value)])),
  };
}

/** A spread as CloudWatch's own exporters write histograms: values, and how often each occurred. */
function written(value: number | HistogramData): unknown {
  if (typeof value === 'number') return value;
  const { values, counts, least, most } = value;
  return {
    Values: values,
    Counts: counts,
    Min: least,
    Max: most,
    Count: counts.reduce((sum, count) => sum + count, 0),
    Sum: values.reduce((sum, one, index) => sum + one * (counts[index] ?? 0), 0),
  };
}

function partsOf({ values, counts, least, most }: HistogramData): HistogramData[] {
  const parts: HistogramData[] = [];
  for (let start = 0; start < values.length; start += MOST_VALUES) {
    const end = start + MOST_VALUES;
    const some = values.slice(start, end);
    parts.push({
      values: some,
      counts: counts.slice(start, end),
      least: start === 0 ? least : (some[0] ?? least),
      most: end >= values.length ? most : (some.at(-1) ?? most),
    });
  }
  return parts;
}

function dimensionOf(name: MetricName): Dimension | undefined {
  return (METRICS[name] as { dimension?: Dimension }).dimension;
}
