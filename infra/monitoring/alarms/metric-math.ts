import type { Duration } from 'aws-cdk-lib';
import { MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** A metric math expression, without a period. */
export interface MetricMath {
  readonly expression: string;
  /** The metrics of the expression, by the names that it uses. */
  readonly metrics: Readonly<Record<string, Metric>>;
  /** Label of the result in graphs and e-mails. */
  readonly label: string;
}

/** `part` as a percentage of `whole`; 0 while `part` is below `minimum`, because one of two is not an incident. */
export function percentage(part: Metric, whole: Metric, minimum: number): MetricMath {
  return {
    expression: `IF(part >= ${minimum}, 100 * part / whole, 0)`,
    metrics: { part, whole },
    label: '%',
  };
}

/** `part` as a percentage of `part` plus `others`; 0 while `part` is below `minimum`. */
export function percentageOfSum(part: Metric, others: Metric, minimum: number): MetricMath {
  return {
    expression: `IF(part >= ${minimum}, 100 * part / (part + others), 0)`,
    metrics: { part, others },
    label: '%',
  };
}

/**
 * The sum of metrics that have data points only when they count something. Missing data becomes 0: otherwise the
 * sum would be missing, too. And CloudWatch ignores missing data of DynamoDB whatever the alarm's setting, so that an
 * alarm would keep its state forever.
 */
export function sumOfSparseMetrics(metrics: Readonly<Record<string, Metric>>): MetricMath {
  const names = Object.keys(metrics);
  return {
    expression: names.map((name) => `FILL(${name}, 0)`).join(' + '),
    metrics,
    label: names.join(' + '),
  };
}

/** Applies a period to a metric, or to every metric of an expression. */
export function withPeriod(metric: Metric | MetricMath, period: Duration): Metric | MathExpression {
  if (!('expression' in metric)) return metric.with({ period });
  const { expression, metrics, label } = metric;
  const usingMetrics = Object.fromEntries(
    Object.entries(metrics).map(([id, each]) => [id, each.with({ period })]),
  );
  return new MathExpression({ expression, usingMetrics, label, period });
}
