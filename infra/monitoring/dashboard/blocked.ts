import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { type Metrics, ONE_MINUTE } from '../metrics.ts';
import { ContributorsWidget, graph, OUTCOME_COLORS, type Row } from './widgets.ts';

export interface BlockedProps {
  readonly metrics: Metrics;
  /** Name of the Contributor Insights rule that counts refusals by country. */
  readonly countriesRule: string;
  readonly region: string;
  /** Folder of the saved queries. */
  readonly folder: string;
  readonly hasFeeds: boolean;
}

export function blockedRow(props: BlockedProps): Row {
  const { metrics, countriesRule, region, folder, hasFeeds } = props;
  const logsInsights = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#logsV2:logs-insights`;
  return {
    question: 'What is being blocked, and why?',
    hint: `For single decisions, run the saved queries in the folder ${folder} of [Logs Insights](${logsInsights}).`,
    lines: [
      [
        graph({
          title: 'Decisions by outcome (per minute)',
          unit: 'decisions',
          left: byOutcome(metrics, 'Decisions'),
          stacked: true,
        }),
        graph({
          title: 'Block rate (% of decisions)',
          unit: '%',
          left: [refusalRate(metrics, 'Decisions')],
          max: 100,
        }),
        graph({
          title: 'Refusals by rule (per minute)',
          unit: 'refusals',
          left: [metrics.serviceByDimension('Refusals')],
          stacked: true,
        }),
      ],
      [
        new ContributorsWidget({
          title: 'Refusals by country (per minute)',
          ruleName: countriesRule,
          region,
        }),
        graph({
          title: 'Unknown signals except the reputation (decisions per minute)',
          unit: 'decisions',
          // Unknown reputations are in the next row.
          left: DIMENSION_VALUES.Unknown.filter(
            (of) => !of.startsWith('reputation/') && (hasFeeds || !of.startsWith('feeds/')),
          ).map((of) => metrics.service('UnknownSignals', { of, label: of })),
          stacked: true,
        }),
        graph({
          title: 'Effects not applied and conditions failed (per minute)',
          unit: 'decisions',
          left: [
            metrics.service('UnenforceableRestrictions', { label: 'unenforceable restrictions' }),
            metrics.service('SkippedOperations', { label: 'skipped operations' }),
            metrics.service('FailedConditions', { label: 'failed conditions' }),
          ],
        }),
      ],
    ],
  };
}

type ByOutcome = 'Decisions' | 'DryRunDecisions' | 'MonitoredRules';

export function byOutcome(metrics: Metrics, name: ByOutcome): cloudwatch.IMetric[] {
  return DIMENSION_VALUES.Outcome.map((of) =>
    metrics.service(name, { of, label: of }).with({ color: OUTCOME_COLORS[of] }),
  );
}

/** Refusals as a percentage of decisions: 0 without refusals, no data point without decisions. */
export function refusalRate(
  metrics: Metrics,
  name: 'Decisions' | 'DryRunDecisions',
): cloudwatch.IMetric {
  return new MathExpression({
    expression: '100 * FILL(refused, 0) / decisions',
    usingMetrics: {
      refused: metrics.service(name, { of: 'refuse' }),
      decisions: metrics.service(name),
    },
    label: 'refused',
    color: OUTCOME_COLORS.refuse,
    period: ONE_MINUTE,
  });
}
