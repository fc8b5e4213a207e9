import { METRIC_NAMESPACE, SERVICE_DIMENSION } from '../../../app/src/telemetry/metric-names.ts';

/** A dimension besides that of the service: the host name of the endpoint. */
export const ENDPOINT_DIMENSION = 'Endpoint';

export interface CanaryMetricDescription {
  readonly unit: 'Count' | 'Milliseconds' | 'Percent';
  readonly kind: 'counter' | 'gauge';
  readonly dimension?: typeof ENDPOINT_DIMENSION;
}

/** The metrics of the canary, in the namespace of the service and with its dimension. */
export const CANARY_METRICS = {
  /** 1 for a run without a valid response, 0 for every other run. */
  CanaryFailures: { unit: 'Count', kind: 'counter' },
  /** 1 for a failed run before the endpoint's first success: its DNS record may not exist yet. 0 otherwise. */
  CanaryPending: { unit: 'Count', kind: 'counter' },
  /** Time of a run with a valid response, from the DNS lookup to the end of the response. */
  CanaryLatency: { unit: 'Milliseconds', kind: 'gauge', dimension: ENDPOINT_DIMENSION },
  /** 5xx as a percentage of CloudFront's responses in ten minutes; 0 if there are few. Every five minutes. */
  CloudFrontErrorRate: { unit: 'Percent', kind: 'gauge' },
  /** Clients that used to call and have stopped. Once a day, if the log reaches back far enough. */
  ClientsSilent: { unit: 'Count', kind: 'gauge' },
  /** 1 if requests since yesterday show another version of the contract than before, 0 otherwise. Once a day. */
  ContractChanged: { unit: 'Count', kind: 'gauge' },
  /** 1 for a daily run that could not read the log, 0 for every other one. */
  StatusFailures: { unit: 'Count', kind: 'gauge' },
} as const satisfies Record<string, CanaryMetricDescription>;

export type CanaryMetric = keyof typeof CANARY_METRICS;

export type MetricValues = Readonly<Partial<Record<CanaryMetric, number>>>;

/** The values of the dimensions. */
export interface MetricDimensions {
  readonly service: string;
  /** Host name. */
  readonly endpoint: string;
}

/**
 * Returns a log line in embedded metric format, from which CloudWatch Logs extracts the metrics.
 *
 * @param fields further fields of the line.
 * @param timestamp milliseconds since the epoch.
 */
export function metricLine(
  fields: Readonly<Record<string, unknown>>,
  metrics: MetricValues,
  { service, endpoint }: MetricDimensions,
  timestamp: number,
): string {
  const names = Object.keys(metrics) as CanaryMetric[];
  const directives = [undefined, ENDPOINT_DIMENSION].flatMap((dimension) => {
    const group = names.filter((name) => descriptionOf(name).dimension === dimension);
    if (group.length === 0) return [];
    return {
      Namespace: METRIC_NAMESPACE,
      Dimensions: [[SERVICE_DIMENSION, ...(dimension === undefined ? [] : [dimension])]],
      Metrics: group.map((name) => ({ Name: name, Unit: descriptionOf(name).unit })),
    };
  });
  // CloudWatch counts a line without any metric as an error.
  if (directives.length === 0) return logLine(fields);
  return logLine({
    ...fields,
    _aws: { Timestamp: timestamp, CloudWatchMetrics: directives },
    [SERVICE_DIMENSION]: service,
    [ENDPOINT_DIMENSION]: endpoint,
    ...metrics,
  });
}

/** Returns a log line without metrics. */
export function logLine(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify(fields)}\n`;
}

function descriptionOf(name: CanaryMetric): CanaryMetricDescription {
  return CANARY_METRICS[name];
}
