import type { Duration } from 'aws-cdk-lib';
import { MathExpression, type Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** An expression of metric math. The period is the alarm's. */
export interface Formula {
  readonly expression: string;
  readonly of: Readonly<Record<string, Metric>>;
  /** What the result is, on graphs and in mails. */
  readonly label: string;
}

/** `part` in per cent of `whole`: 0 until there are `least` of it, as one of two is no incident. */
export function share(part: Metric, whole: Metric, least: number): Formula {
  return {
    expression: `IF(part >= ${least}, 100 * part / whole, 0)`,
    of: { part, whole },
    label: '%',
  };
}

/** `part` in per cent of `part` and `others` together: 0 until there are `least` of it. */
export function shareBeside(part: Metric, others: Metric, least: number): Formula {
  return {
    expression: `IF(part >= ${least}, 100 * part / (part + others), 0)`,
    of: { part, others },
    label: '%',
  };
}

/**
 * The sum of metrics that have no data points while there is nothing to count. Each is 0 then: without
 * that the sum would be missing, and on metrics of DynamoDB an alarm would keep its state for ever,
 * because CloudWatch ignores their missing data whatever the alarm says.
 */
export function sumOfSparse(of: Readonly<Record<string, Metric>>): Formula {
  const names = Object.keys(of);
  return {
    expression: names.map((name) => `FILL(${name}, 0)`).join(' + '),
    of,
    label: names.join(' + '),
  };
}

/** What an alarm looks at, all of it by one period. */
export function byPeriod(watched: Metric | Formula, period: Duration): Metric | MathExpression {
  if (!('expression' in watched)) return watched.with({ period });
  const { expression, of, label } = watched;
  const usingMetrics = Object.fromEntries(
    Object.entries(of).map(([id, metric]) => [id, metric.with({ period })]),
  );
  return new MathExpression({ expression, usingMetrics, label, period });
}
