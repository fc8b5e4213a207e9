import { Duration, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { LoadBalancer } from './load-balancer.ts';
import type { NamedAlarm, Service } from './service.ts';

export interface MonitoringProps {
  readonly loadBalancer: LoadBalancer;
  readonly service: Service;
  readonly minimumTasks: number;
  /** Who is told of alarms. @default nobody; the topic is there to subscribe to */
  readonly alarmEmail: string | undefined;
}

const MINUTE = Duration.minutes(1);

/** The alarms that say that logins fail, and a dashboard. */
export class Monitoring extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  /** The alarms that take back a deployment. */
  readonly rollbackAlarms: readonly NamedAlarm[];
  readonly #topic: Topic;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#topic = this.#alarmTopic();
    if (props.alarmEmail !== undefined) {
      this.#topic.addSubscription(new EmailSubscription(props.alarmEmail));
    }
    this.rollbackAlarms = this.#answerAlarms(props);
    const tooFewTasks = this.#taskAlarm(props);
    this.dashboard = this.#dashboard(
      props,
      [...this.rollbackAlarms, tooFewTasks].map(({ alarm }) => alarm),
    );
  }

  /** A policy of its own takes the place of the one by which the alarms of the account may publish. */
  #alarmTopic(): Topic {
    const topic = new Topic(this, 'Alarms', { enforceSSL: true });
    topic.grantPublish(
      new ServicePrincipal('cloudwatch.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    );
    return topic;
  }

  #answerAlarms({ loadBalancer }: MonitoringProps): NamedAlarm[] {
    const { metrics: balancer } = loadBalancer.loadBalancer;
    const { metrics: tasks } = loadBalancer.targetGroup;
    return [
      this.#alarm('ServerErrors', {
        description: 'The service or the load balancer answers with errors, so logins fail.',
        // Not 503: that is the firewall's word too, and outsiders must not take back a deployment. When it
        // means that there is no task, the alarm on the tasks says so.
        metric: new cloudwatch.MathExpression({
          expression: 'FILL(bad, 0) + FILL(late, 0) + FILL(target, 0)',
          usingMetrics: {
            bad: balancer.httpCodeElb(elb.HttpCodeElb.ELB_502_COUNT, { period: MINUTE }),
            late: balancer.httpCodeElb(elb.HttpCodeElb.ELB_504_COUNT, { period: MINUTE }),
            target: tasks.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, { period: MINUTE }),
          },
          period: MINUTE,
        }),
        threshold: 5,
        comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      }),
      this.#alarm('SlowAnswers', {
        description: 'One answer in a hundred takes more than the deadline of 1.2 s allows for.',
        metric: tasks.targetResponseTime({ statistic: 'p99', period: MINUTE }),
        threshold: 1.3,
        comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      }),
    ];
  }

  /**
   * It takes back no deployment: the first one has a single task, as scaling begins after its end, and
   * tasks that do not get healthy are for the circuit breaker.
   */
  #taskAlarm({ loadBalancer, minimumTasks }: MonitoringProps): NamedAlarm {
    return this.#alarm('TooFewTasks', {
      description: `Fewer than ${minimumTasks} tasks are healthy.`,
      metric: loadBalancer.targetGroup.metrics.healthyHostCount({
        statistic: 'Minimum',
        period: MINUTE,
      }),
      threshold: minimumTasks,
      comparison: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      missing: cloudwatch.TreatMissingData.BREACHING,
    });
  }

  /** Under a name of its own choice: the service names the alarm, and the alarm measures the service. */
  #alarm(
    id: string,
    props: {
      readonly description: string;
      readonly metric: cloudwatch.IMetric;
      readonly threshold: number;
      readonly comparison: cloudwatch.ComparisonOperator;
      readonly missing?: cloudwatch.TreatMissingData;
    },
  ): NamedAlarm {
    const name = `${Stack.of(this).stackName}-${id}`;
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: name,
      alarmDescription: props.description,
      metric: props.metric,
      threshold: props.threshold,
      comparisonOperator: props.comparison,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      treatMissingData: props.missing ?? cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(new SnsAction(this.#topic));
    return { name, alarm };
  }

  #dashboard(
    { loadBalancer, service }: MonitoringProps,
    alarms: cloudwatch.Alarm[],
  ): cloudwatch.Dashboard {
    const { metrics: balancer } = loadBalancer.loadBalancer;
    const { metrics: tasks } = loadBalancer.targetGroup;
    const graph = (title: string, left: cloudwatch.IMetric[]) =>
      new cloudwatch.GraphWidget({ title, left, width: 8, height: 6 });
    return new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: Fn.join('-', [Stack.of(this).stackName, Stack.of(this).region]),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms, width: 24, height: 3 })],
        [
          graph('Requests', [balancer.requestCount({ period: MINUTE })]),
          graph(
            'Time to answer (s)',
            ['p50', 'p99', 'p99.9'].map((statistic) =>
              tasks.targetResponseTime({ statistic, period: MINUTE }),
            ),
          ),
          graph('Errors', [
            balancer.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, { period: MINUTE }),
            tasks.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, { period: MINUTE }),
            tasks.httpCodeTarget(elb.HttpCodeTarget.TARGET_4XX_COUNT, { period: MINUTE }),
          ]),
        ],
        [
          graph('Healthy tasks', [
            tasks.healthyHostCount({ statistic: 'Minimum', period: MINUTE }),
          ]),
          graph('CPU and memory (%)', [
            service.service.metricCpuUtilization({ period: MINUTE }),
            service.service.metricMemoryUtilization({ period: MINUTE }),
          ]),
        ],
      ],
    });
  }
}
