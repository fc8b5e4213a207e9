import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { type Metrics, MINUTE } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

export function quota(metrics: Metrics): Row {
  return {
    question: "How much of AbuseIPDB's quota?",
    lines: [
      [
        graph({
          title: 'Lookups left today (fewest)',
          unit: 'lookups',
          left: [
            metrics.service('AbuseIpdbQuotaRemaining', { statistic: 'Minimum', label: 'left' }),
          ],
          right: [
            metrics.service('AbuseIpdbQuotaRemainingPercent', {
              statistic: 'Minimum',
              label: 'left (%)',
            }),
          ],
          rightUnit: '%',
        }),
        graph({
          title: 'Lookups by result (per minute)',
          unit: 'lookups',
          left: DIMENSION_VALUES.Result.map((of) =>
            metrics.service('AbuseIpdbChecks', { of, label: of }),
          ),
          stacked: true,
        }),
        graph({
          title: 'Reputations by source (per minute), and hit ratio (%)',
          unit: 'reputations',
          left: [
            ...DIMENSION_VALUES.Source.map((of) =>
              metrics.service('Reputations', { of, label: of }),
            ),
            metrics.service('StaleReputations', { label: 'stale among them' }),
          ],
          right: [hitRatio(metrics)],
          rightUnit: '%',
        }),
      ],
    ],
  };
}

/** The share of known reputations that cost no lookup. A source has a data point only when it was used. */
function hitRatio(metrics: Metrics): MathExpression {
  return new MathExpression({
    expression:
      '100 * (FILL(memory, 0) + FILL(stored, 0)) / (FILL(memory, 0) + FILL(stored, 0) + FILL(asked, 0))',
    usingMetrics: {
      memory: metrics.service('Reputations', { of: 'memory' }),
      stored: metrics.service('Reputations', { of: 'dynamodb' }),
      asked: metrics.service('Reputations', { of: 'abuseipdb' }),
    },
    label: 'hit ratio (%)',
    period: MINUTE,
  });
}
