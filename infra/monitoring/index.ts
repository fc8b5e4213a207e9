import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import type { NamedAlarm, Service } from '../service.ts';
import { createDashboard } from './dashboard.ts';
import { Metrics, type MetricsProps } from './metrics.ts';

export interface MonitoringProps extends Omit<MetricsProps, 'logGroup'> {
  readonly service: Service;
  readonly minimumTasks: number;
  /** Who is told of alarms. @default nobody; the topic is there to subscribe to */
  readonly alarmEmail: string | undefined;
}

/** The alarms that say that logins fail, and a dashboard. */
export class Monitoring extends Construct {
  readonly dashboard: cloudwatch.Dashboard;
  /** The alarms that take back a deployment. */
  readonly rollbackAlarms: readonly NamedAlarm[];
  readonly #metrics: Metrics;
  readonly #topic: Topic;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    this.#metrics = new Metrics(this, { ...props, logGroup: props.service.logGroup });
    this.#topic = this.#alarmTopic();
    if (props.alarmEmail !== undefined) {
      this.#topic.addSubscription(new EmailSubscription(props.alarmEmail));
    }
    this.rollbackAlarms = this.#answerAlarms();
    const tooFewTasks = this.#taskAlarm(props);
    this.dashboard = createDashboard(this, {
      metrics: this.#metrics,
      service: props.service,
      alarms: [...this.rollbackAlarms, tooFewTasks].map(({ alarm }) => alarm),
    });
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

  #answerAlarms(): NamedAlarm[] {
    return [
      this.#alarm('ServerErrors', {
        description: 'The service or the load balancer answers with errors, so logins fail.',
        // Not 503: that is the firewall's word too, and outsiders must not take back a deployment. When it
        // means that there is no task, the alarm on the tasks says so.
        metric: new cloudwatch.MathExpression({
          expression: 'FILL(bad, 0) + FILL(late, 0) + FILL(target, 0)',
          usingMetrics: {
            bad: this.#metrics.loadBalancerAnswers(elb.HttpCodeElb.ELB_502_COUNT),
            late: this.#metrics.loadBalancerAnswers(elb.HttpCodeElb.ELB_504_COUNT),
            target: this.#metrics.taskAnswers(elb.HttpCodeTarget.TARGET_5XX_COUNT),
          },
          period: Duration.minutes(1),
        }),
        threshold: 5,
        comparison: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      }),
      this.#alarm('SlowAnswers', {
        description: 'One answer in a hundred takes more than the deadline of 1.2 s allows for.',
        metric: this.#metrics.taskResponseTime(),
        threshold: 1.3,
        comparison: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      }),
    ];
  }

  /**
   * It takes back no deployment: the first one has a single task, as scaling begins after its end, and
   * tasks that do not get healthy are for the circuit breaker.
   */
  #taskAlarm({ minimumTasks }: MonitoringProps): NamedAlarm {
    return this.#alarm('TooFewTasks', {
      description: `Fewer than ${minimumTasks} tasks are healthy.`,
      metric: this.#metrics.healthyTasks(),
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
}
