import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  type DIMENSION_VALUES,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDescription,
  type MetricName,
  SERVICE_DIMENSION,
} from '../../app/src/telemetry/metric-names.ts';
import type { LoadBalancer } from '../load-balancer.ts';

export interface MetricsProps {
  readonly loadBalancer: LoadBalancer;
  readonly table: ITable;
  /** The log of the tasks, in which the metrics of the service arrive. */
  readonly logGroup: ILogGroup;
  /** What the web ACL counts under. */
  readonly firewallMetricName: string;
}

/** The values of a metric's dimension; any text for one whose values the policy names. */
export type DimensionValue<N extends MetricName> = (typeof METRICS)[N] extends {
  readonly dimension: infer D;
}
  ? D extends keyof typeof DIMENSION_VALUES
    ? (typeof DIMENSION_VALUES)[D][number]
    : string
  : never;

/** How a metric is looked at. */
export interface Look {
  /** @default one minute */
  readonly period?: Duration;
  /** @default what fits the kind of the metric */
  readonly statistic?: string;
  /** What a graph calls it. @default its name */
  readonly label?: string;
}

export interface ServiceLook<N extends MetricName> extends Look {
  /** The value of its dimension. @default the sum over all, where there is one */
  readonly of?: DimensionValue<N>;
}

/** The metrics that AWS WAF has of one rule. */
export type FirewallMetric = 'BlockedRequests' | 'CountedRequests' | 'AllowedRequests';

/** Lines of EMF that CloudWatch Logs could not read, and metrics in them that it refused. */
export type EmbeddedMetricError = 'EMFParsingErrors' | 'EMFValidationErrors';

const STATISTICS = { counter: Stats.SUM, gauge: Stats.MAXIMUM, histogram: Stats.p(99) } as const;

const UNITS: Partial<Record<MetricDescription['unit'], Unit>> = {
  Count: Unit.COUNT,
  Milliseconds: Unit.MILLISECONDS,
  Percent: Unit.PERCENT,
};

export const MINUTE = Duration.minutes(1);

/** Every metric that alarms and dashboard look at: names and dimensions, and nothing of thresholds. */
export class Metrics {
  readonly #scope: Construct;
  readonly #props: MetricsProps;

  constructor(scope: Construct, props: MetricsProps) {
    this.#scope = scope;
    this.#props = props;
  }

  /**
   * A metric that the service counts.
   *
   * @throws Error when it has a dimension, no value of it is asked for, and nobody sums it up.
   */
  service<N extends MetricName>(name: N, look: ServiceLook<N> = {}): Metric {
    const { kind, dimension, total }: MetricDescription = METRICS[name];
    if (look.of === undefined && dimension !== undefined && total !== true) {
      throw new Error(`${name} has no sum over ${dimension}: ask for a value of it.`);
    }
    return this.#metric(METRIC_NAMESPACE, name, {
      statistic: STATISTICS[kind],
      ...look,
      dimensions: {
        [SERVICE_DIMENSION]: Stack.of(this.#scope).stackName,
        ...(dimension !== undefined && look.of !== undefined && { [dimension]: look.of }),
      },
    });
  }

  /**
   * All values of a metric's dimension that there are, for a graph: what they are the policy says, and
   * alarms cannot search. CloudWatch takes 100 of them at most.
   */
  serviceByDimension(name: 'Refusals'): MathExpression {
    const { dimension } = METRICS[name];
    const schema = `{${METRIC_NAMESPACE},${SERVICE_DIMENSION},${dimension}}`;
    const service = Stack.of(this.#scope).stackName;
    return new MathExpression({
      expression: `SEARCH('${schema} MetricName="${name}" ${SERVICE_DIMENSION}="${service}"', 'Sum', ${MINUTE.toSeconds()})`,
      usingMetrics: {},
      label: `\${PROP('Dim.${dimension}')}`,
      period: MINUTE,
    });
  }

  /** Requests that reached the load balancer. */
  requests(look: Look = {}): Metric {
    return this.#props.loadBalancer.loadBalancer.metrics.requestCount(withMinute(look));
  }

  /** Answers of the load balancer's own, by status; no data point where there was none. */
  loadBalancerAnswers(code: elb.HttpCodeElb, look: Look = {}): Metric {
    return this.#props.loadBalancer.loadBalancer.metrics.httpCodeElb(code, withMinute(look));
  }

  /** Answers of the tasks, by class of status; no data point where there was none. */
  taskAnswers(code: elb.HttpCodeTarget, look: Look = {}): Metric {
    return this.#props.loadBalancer.targetGroup.metrics.httpCodeTarget(code, withMinute(look));
  }

  /** Seconds from the load balancer to a task and back. */
  taskResponseTime(look: Look = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.targetResponseTime({ statistic: Stats.p(99), ...withMinute(look) });
  }

  healthyTasks(look: Look = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.healthyHostCount({ statistic: Stats.MINIMUM, ...withMinute(look) });
  }

  unhealthyTasks(look: Look = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.unhealthyHostCount({ statistic: Stats.MAXIMUM, ...withMinute(look) });
  }

  /** Requests by what a rule of the firewall did with them; no data point where there was none. */
  firewall(metric: FirewallMetric, rule: string, look: Look = {}): Metric {
    return this.#metric('AWS/WAFV2', metric, {
      ...look,
      dimensions: {
        WebACL: this.#props.firewallMetricName,
        Rule: rule,
        Region: Stack.of(this.#scope).region,
      },
    });
  }

  /** Reads or writes that DynamoDB throttled; no data point where there was none. */
  tableThrottles(access: 'Read' | 'Write', look: Look = {}): Metric {
    return this.#metric('AWS/DynamoDB', `${access}ThrottleEvents`, {
      ...look,
      dimensions: { TableName: this.#props.table.tableName },
    });
  }

  /** Lines with metrics that did not become metrics; no data point where there was none. */
  embeddedMetricErrors(name: EmbeddedMetricError, look: Look = {}): Metric {
    return this.#metric('AWS/Logs', name, {
      ...look,
      dimensions: { LogGroupName: this.#props.logGroup.logGroupName },
    });
  }

  #metric(
    namespace: string,
    metricName: string,
    { dimensions, ...look }: Look & { readonly dimensions: Record<string, string> },
  ): Metric {
    return new Metric({
      namespace,
      metricName,
      dimensionsMap: dimensions,
      statistic: Stats.SUM,
      ...withMinute(look),
    });
  }
}

function withMinute({ period = MINUTE, statistic, label }: Look): Look {
  return {
    period,
    ...(statistic !== undefined && { statistic }),
    ...(label !== undefined && { label }),
  };
}

/** For the axes of graphs. An alarm that named a unit would miss what comes with another one. */
export function unitOf(name: MetricName): Unit {
  return UNITS[METRICS[name].unit] ?? Unit.NONE;
}
