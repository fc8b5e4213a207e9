import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { type Metrics, ONE_MINUTE } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

export function quotaRow(metrics: Metrics): Row {
  return {
    question: "How much of AbuseIPDB's quota is left?",
    lines: [
      [
        graph({
          title: 'Remaining quota of the day (minimum of all tasks)',
          unit: 'checks',
          left: [
            metrics.service('AbuseIpdbQuotaRemaining', {
              statistic: 'Minimum',
              label: 'remaining',
            }),
          ],
          right: [
            metrics.service('AbuseIpdbQuotaRemainingPercent', {
              statistic: 'Minimum',
              label: 'remaining (%)',
            }),
          ],
          rightUnit: '%',
        }),
        graph({
          title: 'AbuseIPDB checks by result (per minute)',
          unit: 'checks',
          left: DIMENSION_VALUES.Result.map((of) =>
            metrics.service('AbuseIpdbChecks', { of, label: of }),
          ),
          stacked: true,
        }),
        graph({
          title: 'Reputations by source (per minute) and cache hit ratio (%)',
          unit: 'reputations',
          left: [
            ...DIMENSION_VALUES.Source.map((of) =>
              metrics.service('Reputations', { of, label: of }),
            ),
            metrics.service('StaleReputations', { label: 'stale (included above)' }),
          ],
          right: [hitRatio(metrics)],
          rightUnit: '%',
        }),
      ],
    ],
  };
}

/** The percentage of known reputations that came from a cache. A source without use has no data point. */
function hitRatio(metrics: Metrics): MathExpression {
  return new MathExpression({
    expression:
      '100 * (FILL(memory, 0) + FILL(dynamodb, 0)) / (FILL(memory, 0) + FILL(dynamodb, 0) + FILL(abuseipdb, 0))',
    usingMetrics: {
      memory: metrics.service('Reputations', { of: 'memory' }),
      dynamodb: metrics.service('Reputations', { of: 'dynamodb' }),
      abuseipdb: metrics.service('Reputations', { of: 'abuseipdb' }),
    },
    label: 'hit ratio (%)',
    period: ONE_MINUTE,
  });
}
