import { Duration } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { FieldIndexPolicy, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from './config/config.ts';
import type { Network } from './network.ts';
import { retainedIf } from './retention.ts';
import { requestsPerTaskAndMinute } from './scaling.ts';
import type { Secrets } from './secrets.ts';
import { TaskDefinition } from './task-definition.ts';

/** Fields of the records that saved queries filter by. With an index, CloudWatch does not scan other records. */
export const INDEXED_FIELDS = [
  'event',
  'outcome',
  'decision_id',
  'request_id',
  'client_id',
  'signals.address.value',
];

export interface ServiceProps {
  readonly config: Config;
  readonly network: Network;
  readonly table: ITable;
  readonly secrets: Secrets;
  readonly logRetention: RetentionDays;
}

/** An alarm and its name as a string; `alarm.alarmName` is only a reference. */
export interface NamedAlarm {
  readonly name: string;
  readonly alarm: Alarm;
}

/** The Fargate service: placement, scaling and replacement of the tasks. */
export class Service extends Construct {
  readonly service: ecs.FargateService;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;
  readonly taskDefinition: TaskDefinition;
  readonly scaling: ecs.ScalableTaskCount;
  readonly #requestsPerMinute: number;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { config, network, table, secrets } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: retainedIf(config.retainLogs),
      fieldIndexPolicies: [new FieldIndexPolicy({ fields: INDEXED_FIELDS })],
    });
    this.taskDefinition = new TaskDefinition(this, 'Task', {
      config,
      table,
      secrets,
      logGroup: this.logGroup,
    });
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Tasks of Risk Gate: in from the load balancer, out to HTTPS',
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AbuseIPDB and AWS services');
    if (config.issuerPort !== 443) {
      this.securityGroup.addEgressRule(
        Peer.anyIpv4(),
        Port.tcp(config.issuerPort),
        'The issuer of OAuth2 access tokens',
      );
    }
    this.service = new ecs.FargateService(this, 'Service', {
      cluster: new ecs.Cluster(this, 'Cluster', {
        vpc: network.vpc,
        containerInsightsV2: config.containerInsights
          ? ecs.ContainerInsights.ENABLED
          : ecs.ContainerInsights.DISABLED,
      }),
      taskDefinition: this.taskDefinition.definition,
      vpcSubnets: network.taskSubnets,
      assignPublicIp: network.tasksHavePublicIp,
      securityGroups: [this.securityGroup],
      // Without desiredCount: each deployment would reset the count that scaling has chosen.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: Duration.seconds(30),
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
    // Without internet access a task cannot pull its image, and a few such failures fail the deployment.
    const { internetConnectivityEstablished } = network.vpc.selectSubnets(network.taskSubnets);
    this.service.node.addDependency(internetConnectivityEstablished, ...this.taskDefinition.files);
    // A task also needs permission to pull its image and to read the key of hashed addresses.
    const { executionRole } = this.taskDefinition.definition;
    if (executionRole !== undefined) this.service.node.addDependency(executionRole);
    this.#requestsPerMinute = requestsPerTaskAndMinute(config.task.cpu);
    this.scaling = this.service.autoScaleTaskCount({
      minCapacity: config.minimumTasks,
      maxCapacity: config.maximumTasks,
    });
    this.scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, ...COOLDOWNS });
  }

  /** Also scales on requests per task, which rise earlier than the average CPU utilization. */
  scaleOn(targetGroup: ApplicationTargetGroup): void {
    this.scaling.scaleOnRequestCount('Requests', {
      targetGroup,
      requestsPerTarget: this.#requestsPerMinute,
      ...COOLDOWNS,
    });
  }

  /** Rolls back a deployment while one of these alarms is in alarm. They must have explicit names. */
  rollBackOn(alarms: readonly NamedAlarm[]): void {
    this.service.enableDeploymentAlarms(
      alarms.map(({ name }) => name),
      { behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM },
    );
    // A name creates no dependency, and the alarms must exist before the first deployment.
    this.service.node.addDependency(...alarms.map(({ alarm }) => alarm));
  }
}

/** Scales out quickly, in slowly. */
const COOLDOWNS = {
  scaleOutCooldown: Duration.seconds(60),
  scaleInCooldown: Duration.seconds(300),
};
