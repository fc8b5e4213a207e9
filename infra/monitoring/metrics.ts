import { Duration, Stack } from 'aws-cdk-lib';
import { MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
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
import {
  CANARY_METRICS,
  type CanaryMetric,
  type CanaryMetricDescription,
} from '../functions/canary/metrics.ts';
import type { LoadBalancer } from '../load-balancer.ts';

export interface MetricsProps {
  readonly loadBalancer: LoadBalancer;
  readonly table: ITable;
  /** The log group of the tasks, which contains the service's metrics in embedded metric format. */
  readonly logGroup: ILogGroup;
  /** The metric name of the web ACL. */
  readonly firewallMetricName: string;
  /** The host name of the endpoint. */
  readonly endpointName: string;
}

/** The values of a metric's dimension: any string if the policy defines the values. */
export type DimensionValue<N extends MetricName> = (typeof METRICS)[N] extends {
  readonly values: readonly (infer V)[];
}
  ? V
  : (typeof METRICS)[N] extends { readonly dimension: infer D }
    ? D extends keyof typeof DIMENSION_VALUES
      ? (typeof DIMENSION_VALUES)[D][number]
      : string
    : never;

/** Period, statistic and label of a metric in a graph or alarm. */
export interface MetricView {
  /** @default one minute */
  readonly period?: Duration;
  /** @default Sum for a counter, Maximum for a gauge, p99 for a histogram */
  readonly statistic?: string;
  /** Label in a graph. @default the metric's name */
  readonly label?: string;
}

export interface ServiceMetricView<N extends MetricName> extends MetricView {
  /** The value of the metric's dimension. @default the total of all values, if the metric has one */
  readonly of?: DimensionValue<N>;
}

/** The metrics that AWS WAF publishes for a rule. */
export type FirewallMetric = 'BlockedRequests' | 'CountedRequests' | 'AllowedRequests';

/** Lines in embedded metric format that CloudWatch Logs cannot parse, and metrics that it rejects. */
export type EmbeddedMetricError = 'EMFParsingErrors' | 'EMFValidationErrors';

const STATISTICS = { counter: Stats.SUM, gauge: Stats.MAXIMUM, histogram: Stats.p(99) } as const;

export const ONE_MINUTE = Duration.minutes(1);

/** The metrics of the alarms and the dashboard: names, dimensions and default statistics. */
export class Metrics {
  readonly #scope: Construct;
  readonly #props: MetricsProps;

  constructor(scope: Construct, props: MetricsProps) {
    this.#scope = scope;
    this.#props = props;
  }

  /**
   * A metric of the service.
   *
   * @throws Error if the metric has a dimension but no total, and no value of the dimension is given.
   */
  service<N extends MetricName>(name: N, view: ServiceMetricView<N> = {}): Metric {
    const { kind, dimension, total }: MetricDescription = METRICS[name];
    if (view.of === undefined && dimension !== undefined && total !== true) {
      throw new Error(`${name} has no total: choose a value of its dimension ${dimension}.`);
    }
    return this.#metric(METRIC_NAMESPACE, name, {
      statistic: STATISTICS[kind],
      ...view,
      dimensions: {
        [SERVICE_DIMENSION]: Stack.of(this.#scope).stackName,
        ...(dimension !== undefined && view.of !== undefined && { [dimension]: view.of }),
      },
    });
  }

  /**
   * A search for a metric with every value of its dimension, if the policy defines the values. For graphs only:
   * alarms cannot search. CloudWatch returns at most 100 values.
   */
  serviceByDimension(name: 'Refusals'): MathExpression {
    const { dimension } = METRICS[name];
    const schema = `{${METRIC_NAMESPACE},${SERVICE_DIMENSION},${dimension}}`;
    const service = Stack.of(this.#scope).stackName;
    return new MathExpression({
      expression: `SEARCH('${schema} MetricName="${name}" ${SERVICE_DIMENSION}="${service}"', 'Sum', ${ONE_MINUTE.toSeconds()})`,
      usingMetrics: {},
      label: `\${PROP('Dim.${dimension}')}`,
      period: ONE_MINUTE,
    });
  }

  /** A metric of the canary. */
  canary(name: CanaryMetric, view: MetricView = {}): Metric {
    const { kind, dimension }: CanaryMetricDescription = CANARY_METRICS[name];
    return this.#metric(METRIC_NAMESPACE, name, {
      statistic: STATISTICS[kind],
      ...view,
      dimensions: {
        [SERVICE_DIMENSION]: Stack.of(this.#scope).stackName,
        ...(dimension !== undefined && { [dimension]: this.#props.endpointName }),
      },
    });
  }

  /** Requests that reached the load balancer. */
  requests(view: MetricView = {}): Metric {
    return this.#props.loadBalancer.loadBalancer.metrics.requestCount(withDefaultPeriod(view));
  }

  /** Responses that the load balancer itself generates, by status. Sparse: no data point without one. */
  loadBalancerResponses(code: elb.HttpCodeElb, view: MetricView = {}): Metric {
    return this.#props.loadBalancer.loadBalancer.metrics.httpCodeElb(code, withDefaultPeriod(view));
  }

  /** Responses of the tasks, by status class. Sparse. */
  taskResponses(code: elb.HttpCodeTarget, view: MetricView = {}): Metric {
    return this.#props.loadBalancer.targetGroup.metrics.httpCodeTarget(
      code,
      withDefaultPeriod(view),
    );
  }

  /** Seconds between the load balancer's request to a task and the response. */
  taskResponseTime(view: MetricView = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.targetResponseTime({ statistic: Stats.p(99), ...withDefaultPeriod(view) });
  }

  healthyTasks(view: MetricView = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.healthyHostCount({ statistic: Stats.MINIMUM, ...withDefaultPeriod(view) });
  }

  unhealthyTasks(view: MetricView = {}): Metric {
    const { metrics } = this.#props.loadBalancer.targetGroup;
    return metrics.unhealthyHostCount({ statistic: Stats.MAXIMUM, ...withDefaultPeriod(view) });
  }

  /** Requests that a firewall rule has matched, by action. Sparse. */
  firewall(metric: FirewallMetric, rule: string, view: MetricView = {}): Metric {
    return this.#metric('AWS/WAFV2', metric, {
      ...view,
      dimensions: {
        WebACL: this.#props.firewallMetricName,
        Rule: rule,
        Region: Stack.of(this.#scope).region,
      },
    });
  }

  /** Reads or writes that DynamoDB has throttled. Sparse. */
  tableThrottles(access: 'Read' | 'Write', view: MetricView = {}): Metric {
    return this.#metric('AWS/DynamoDB', `${access}ThrottleEvents`, {
      ...view,
      dimensions: { TableName: this.#props.table.tableName },
    });
  }

  /** Log lines whose metrics CloudWatch has not accepted. Sparse. */
  embeddedMetricErrors(name: EmbeddedMetricError, view: MetricView = {}): Metric {
    return this.#metric('AWS/Logs', name, {
      ...view,
      dimensions: { LogGroupName: this.#props.logGroup.logGroupName },
    });
  }

  #metric(
    namespace: string,
    metricName: string,
    { dimensions, ...view }: MetricView & { readonly dimensions: Record<string, string> },
  ): Metric {
    return new Metric({
      namespace,
      metricName,
      dimensionsMap: dimensions,
      statistic: Stats.SUM,
      ...withDefaultPeriod(view),
    });
  }
}

function withDefaultPeriod({ period = ONE_MINUTE, statistic, label }: MetricView): MetricView {
  return {
    period,
    ...(statistic !== undefined && { statistic }),
    ...(label !== undefined && { label }),
  };
}
