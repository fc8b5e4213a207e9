import {
  type CloudWatchClient,
  GetMetricStatisticsCommand,
  type Statistic,
} from '@aws-sdk/client-cloudwatch';

/** CloudFront's metrics are in this region only. */
export const CLOUDFRONT_REGION = 'us-east-1';

const MINUTE_MS = 60_000;

/** CloudFront's metrics arrive within a few minutes. Successive windows overlap, so that a late one counts, too. */
const DELAY_MS = 3 * MINUTE_MS;
const WINDOW_MS = 10 * MINUTE_MS;

/** One failed request of a few would be a high percentage. */
const MIN_REQUESTS = 20;

/**
 * Returns the 5xx of a distribution as a percentage of its responses in ten minutes, or 0 for fewer than 20 requests.
 *
 * @param client a client of `CLOUDFRONT_REGION`.
 * @param now milliseconds since the epoch.
 */
export async function cloudFrontErrorRate(
  client: CloudWatchClient,
  distributionId: string,
  now: number,
): Promise<number> {
  const end = Math.floor((now - DELAY_MS) / MINUTE_MS) * MINUTE_MS;

  /** Returns the values of a metric by minute. */
  async function read(metric: string, statistic: Statistic): Promise<Map<number, number>> {
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        Namespace: 'AWS/CloudFront',
        MetricName: metric,
        Dimensions: [
          { Name: 'DistributionId', Value: distributionId },
          { Name: 'Region', Value: 'Global' },
        ],
        Statistics: [statistic],
        Period: MINUTE_MS / 1000,
        StartTime: new Date(end - WINDOW_MS),
        EndTime: new Date(end),
      }),
    );
    return new Map(
      Datapoints.map((point) => [point.Timestamp?.getTime() ?? 0, point[statistic] ?? 0]),
    );
  }

  const [requests, rates] = await Promise.all([
    read('Requests', 'Sum'),
    read('5xxErrorRate', 'Average'),
  ]);
  let total = 0;
  let errors = 0;
  for (const [minute, count] of requests) {
    total += count;
    errors += (count * (rates.get(minute) ?? 0)) / 100;
  }
  return total < MIN_REQUESTS ? 0 : (100 * errors) / total;
}
