import {
  type Dimension,
  METRIC_NAMESPACE,
  METRICS,
  type MetricName,
  SERVICE_DIMENSION,
} from '../metric-names.ts';
import type { HistogramData } from './histogram.ts';
import type { DataPoint } from './metrics.ts';

/** Fields of every line besides its metrics. */
export interface EmfContext {
  /** The value of the dimension `Service`. */
  readonly service: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

/** Limits of the EMF specification. */
const MAX_VALUES_PER_METRIC = 100;
const MAX_METRICS_PER_LINE = 100;

/**
 * Converts data points to CloudWatch's embedded metric format, one object per line, from which CloudWatch
 * Logs extracts metrics. Numbers with the same dimensions share a line; each histogram has its own lines,
 * because Logs Insights reads only the first 200 fields of a line.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function emfLines(points: readonly DataPoint[], context: EmfContext): object[] {
  const groups = new Map<string, DataPoint[]>();
  const lines: object[] = [];
  for (const point of points) {
    const { name, dimension, value } = point;
    if (typeof value !== 'number') {
      for (const chunk of chunksOf(value))
        lines.push(emfLine([{ ...point, value: chunk }], context));
      continue;
    }
    const key = dimension === undefined ? '' : `${dimensionOf(name)}=${dimension}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [point]);
    else group.push(point);
  }
  for (const group of groups.values()) {
    for (let start = 0; start < group.length; start += MAX_METRICS_PER_LINE) {
      lines.push(emfLine(group.slice(start, start + MAX_METRICS_PER_LINE), context));
    }
  }
  return lines;
}

/** Writes one line. All points have the dimension of the first. */
function emfLine(points: readonly DataPoint[], { service, timestamp }: EmfContext): object {
  const [first] = points;
  const dimension = first?.dimension === undefined ? undefined : dimensionOf(first.name);
  return {
    event: 'metrics',
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: [[SERVICE_DIMENSION, ...(dimension === undefined ? [] : [dimension])]],
          Metrics: points.map(({ name }) => ({ Name: name, Unit: METRICS[name].unit })),
        },
      ],
    },
    [SERVICE_DIMENSION]: service,
    ...(dimension !== undefined && { [dimension]: first?.dimension }),
    ...Object.fromEntries(points.map(({ name, value }) => [name, emfValue(value)])),
  };
}

/** A histogram is written as a statistic set with values and counts, as CloudWatch's own exporters do. */
function emfValue(value: number | HistogramData): unknown {
  if (typeof value === 'number') return value;
  const { values, counts, min, max } = value;
  return {
    Values: values,
    Counts: counts,
    Min: min,
    Max: max,
    Count: counts.reduce((sum, count) => sum + count, 0),
    Sum: values.reduce((sum, one, index) => sum + one * (counts[index] ?? 0), 0),
  };
}

/** Splits a histogram into parts that fit into one metric each. */
function chunksOf({ values, counts, min, max }: HistogramData): HistogramData[] {
  const chunks: HistogramData[] = [];
  for (let start = 0; start < values.length; start += MAX_VALUES_PER_METRIC) {
    const end = start + MAX_VALUES_PER_METRIC;
    const chunk = values.slice(start, end);
    chunks.push({
      values: chunk,
      counts: counts.slice(start, end),
      min: start === 0 ? min : (chunk[0] ?? min),
      max: end >= values.length ? max : (chunk.at(-1) ?? max),
    });
  }
  return chunks;
}

function dimensionOf(name: MetricName): Dimension | undefined {
  return (METRICS[name] as { dimension?: Dimension }).dimension;
}
