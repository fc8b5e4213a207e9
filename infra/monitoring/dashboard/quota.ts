import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DIMENSION_VALUES, HELD_BACK_REASONS } from '../../../app/src/telemetry/metric-names.ts';
import type { FeedsConfig } from '../../config/feeds.ts';
import { HELD_BACK_COMMANDS } from '../lookup-queries.ts';
import { type Metrics, ONE_MINUTE } from '../metrics.ts';
import { graph, logTable, type Row } from './widgets.ts';

type Source = (typeof DIMENSION_VALUES.Source)[number];

export interface QuotaProps {
  readonly metrics: Metrics;
  readonly feeds: FeedsConfig['feeds'];
  readonly checkBlock: boolean;
  /** The log group of the tasks. */
  readonly logGroup: ILogGroup;
}

export function quotaRow({ metrics, feeds, checkBlock, logGroup }: QuotaProps): Row {
  const hasBlacklist = feeds.some(({ feed }) => feed.content === 'scores');
  const sources = DIMENSION_VALUES.Source.filter(
    (of) => (of !== 'blacklist' || hasBlacklist) && (of !== 'check-block' || checkBlock),
  );
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
          title: `AbuseIPDB checks by result (per minute)${checkBlock ? ' and of whole /24s' : ''}`,
          unit: 'checks',
          left: DIMENSION_VALUES.Result.map((of) =>
            metrics.service('AbuseIpdbChecks', { of, label: of }),
          ),
          ...(checkBlock && { right: blockChecks(metrics), rightUnit: 'checks of whole /24s' }),
          stacked: true,
        }),
        graph({
          title: `Reputations by source (per minute) and ${hasBlacklist ? 'hit ratio of caches and blacklist' : 'cache hit ratio'} (%)`,
          unit: 'reputations',
          left: [
            ...sources.map((of) => metrics.service('Reputations', { of, label: of })),
            metrics.service('StaleReputations', { label: 'stale (included above)' }),
          ],
          right: [hitRatio(metrics, sources)],
          rightUnit: '%',
        }),
      ],
      [
        graph({
          title: 'Pace: checks that the quota allows (per hour, minimum of all tasks)',
          unit: 'checks',
          left: [metrics.service('AbuseIpdbPace', { statistic: 'Minimum', label: 'pace' })],
          right: [
            metrics.service('AbuseIpdbPacePercent', {
              statistic: 'Minimum',
              label: 'of an even pace (%)',
            }),
          ],
          rightUnit: '%',
        }),
        graph({
          title: 'Lookups held back, by reason (per minute)',
          unit: 'lookups',
          left: HELD_BACK_REASONS.map((of) =>
            metrics.service('LookupsHeldBack', { of, label: of }),
          ),
          stacked: true,
        }),
        logTable({
          title: 'Clients whose lookups are held back most, by reason',
          logGroup,
          commands: [...HELD_BACK_COMMANDS, 'limit 10'],
        }),
      ],
    ],
  };
}

/** Apart from the other checks, because CHECK-BLOCK has a quota of its own. */
function blockChecks(metrics: Metrics) {
  return DIMENSION_VALUES.Result.map((of) =>
    metrics.service('AbuseIpdbBlockChecks', { of, label: `/24: ${of}` }),
  );
}

/** The percentage of known reputations that needed no check. A source without use has no data point. */
function hitRatio(metrics: Metrics, sources: readonly Source[]): MathExpression {
  const sum = (names: readonly Source[]) =>
    names.map((name) => `FILL(${idOf(name)}, 0)`).join(' + ');
  const hits = sources.filter((name) => name !== 'abuseipdb');
  return new MathExpression({
    expression: `100 * (${sum(hits)}) / (${sum([...hits, 'abuseipdb'])})`,
    usingMetrics: Object.fromEntries(
      sources.map((of) => [idOf(of), metrics.service('Reputations', { of })]),
    ),
    label: 'hit ratio (%)',
    period: ONE_MINUTE,
  });
}

/** An id of CloudWatch's expressions has letters, digits and underscores. */
function idOf(source: Source): string {
  return source.replaceAll('-', '_');
}
