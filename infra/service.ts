import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { FieldIndexPolicy, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from './config/config.ts';
import type { Network } from './network.ts';
import { requestsPerMinute } from './scaling.ts';
import type { Secrets } from './secrets.ts';
import { TaskDefinition } from './task-definition.ts';

/** Fields of the records that the saved queries look for: what has another value need not be read. */
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

/** An alarm, and its name as a plain text: asked for its name, it would answer with a reference. */
export interface NamedAlarm {
  readonly name: string;
  readonly alarm: Alarm;
}

/** The tasks: how many there are, where they run, and how they are replaced. */
export class Service extends Construct {
  readonly service: ecs.FargateService;
  readonly securityGroup: SecurityGroup;
  readonly logGroup: LogGroup;
  readonly taskDefinition: TaskDefinition;
  readonly #scaling: ecs.ScalableTaskCount;
  readonly #requestsPerMinute: number;

  constructor(scope: Construct, id: string, props: ServiceProps) {
    super(scope, id);
    const { config, network, table, secrets } = props;
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
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
    this.securityGroup.addEgressRule(
      Peer.anyIpv4(),
      Port.tcp(443),
      'AbuseIPDB, and the AWS services',
    );
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
        containerInsightsV2: ecs.ContainerInsights.ENABLED,
      }),
      taskDefinition: this.taskDefinition.definition,
      vpcSubnets: network.taskSubnets,
      assignPublicIp: network.tasksArePublic,
      securityGroups: [this.securityGroup],
      // No desiredCount: each deploy would put the count back that scaling has chosen.
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing: ecs.AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: Duration.seconds(30),
      propagateTags: ecs.PropagatedTagSource.SERVICE,
    });
    // A task that starts before its way out is there gets no image; a few of those end the deployment.
    const { internetConnectivityEstablished } = network.vpc.selectSubnets(network.taskSubnets);
    this.service.node.addDependency(internetConnectivityEstablished, ...this.taskDefinition.rights);
    // Nor does one start that may not yet pull its image, or read the key of hashed addresses.
    const { executionRole } = this.taskDefinition.definition;
    if (executionRole !== undefined) this.service.node.addDependency(executionRole);
    this.#requestsPerMinute = requestsPerMinute(config.task.cpu);
    this.#scaling = this.service.autoScaleTaskCount({
      minCapacity: config.minimumTasks,
      maxCapacity: config.maximumTasks,
    });
    this.#scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: 60, ...COOLDOWNS });
  }

  /** Scales with the requests that each task gets, too: they rise before the CPU's average does. */
  scaleOn(targetGroup: ApplicationTargetGroup): void {
    this.#scaling.scaleOnRequestCount('Requests', {
      targetGroup,
      requestsPerTarget: this.#requestsPerMinute,
      ...COOLDOWNS,
    });
  }

  /** Takes a deployment back when one of these alarms, which have names of their own, goes off. */
  rollBackOn(alarms: readonly NamedAlarm[]): void {
    this.service.enableDeploymentAlarms(
      alarms.map(({ name }) => name),
      { behavior: ecs.AlarmBehavior.ROLLBACK_ON_ALARM },
    );
    // A name alone is no dependency, and the first deployment is to be watched, too.
    this.service.node.addDependency(...alarms.map(({ alarm }) => alarm));
  }
}

/** Out at once, in slowly. */
const COOLDOWNS = {
  scaleOutCooldown: Duration.seconds(60),
  scaleInCooldown: Duration.seconds(300),
};
