import { type CloudWatchClient, GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { METRIC_NAMESPACE, SERVICE_DIMENSION } from '../../../app/src/telemetry/metric-names.ts';
import { type CanaryMetric, ENDPOINT_DIMENSION, type MetricDimensions } from './metrics.ts';

const DAY_MS = 24 * 60 * 60_000;

/** CloudWatch keeps data points of one minute for fifteen days. */
const HISTORY_DAYS = 14;

/** Only a successful run has a latency. */
const SUCCESS_METRIC: CanaryMetric = 'CanaryLatency';

/**
 * Returns whether a request to this endpoint has succeeded in the last two weeks.
 *
 * @param now milliseconds since the epoch.
 */
export async function hasSucceeded(
  client: CloudWatchClient,
  { service, endpoint }: MetricDimensions,
  now: number,
): Promise<boolean> {
  const { Datapoints = [] } = await client.send(
    new GetMetricStatisticsCommand({
      Namespace: METRIC_NAMESPACE,
      MetricName: SUCCESS_METRIC,
      Dimensions: [
        { Name: SERVICE_DIMENSION, Value: service },
        { Name: ENDPOINT_DIMENSION, Value: endpoint },
      ],
      Statistics: ['SampleCount'],
      Period: DAY_MS / 1000,
      StartTime: new Date(now - HISTORY_DAYS * DAY_MS),
      EndTime: new Date(now),
    }),
  );
  return Datapoints.length > 0;
}
