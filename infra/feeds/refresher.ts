import { Stack } from 'aws-cdk-lib';
import { Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ICluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { Network } from '../network.ts';
import { FeedSecrets } from './feed-secrets.ts';
import { FeedStore } from './feed-store.ts';
import { RefresherTask } from './refresher-task.ts';

export interface RefresherProps {
  readonly config: Config;
  readonly network: Network;
  readonly cluster: ICluster;
  readonly bucket: Bucket;
  readonly abuseIpdbKey: ISecret;
  readonly logGroup: ILogGroup;
  readonly logRetention: RetentionDays;
}

/** Downloads the feeds into the stack's bucket: a task on a schedule, with its own role, secrets and security group. */
export class Refresher extends Construct {
  readonly schedule: CfnSchedule;
  /** Outputs of the stack, with their descriptions. */
  readonly outputs: Readonly<Record<string, readonly [description: string, value: string]>>;

  constructor(scope: Construct, id: string, props: RefresherProps) {
    super(scope, id);
    const { config, network, cluster, bucket, abuseIpdbKey, logGroup, logRetention } = props;
    const store = new FeedStore(this, 'Store', { bucket, logRetention });
    const { secrets } = new FeedSecrets(this, 'Secrets', { config, abuseIpdbKey });
    const { definition } = new RefresherTask(this, 'Task', {
      config,
      bucket,
      secrets,
      logGroup,
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: network.vpc,
      description: 'Refresher of Risk Gate: out to HTTPS',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'Publishers and AWS services');
    const { subnetIds, internetConnectivityEstablished } = network.vpc.selectSubnets(
      network.taskSubnets,
    );
    const assignPublicIp = network.tasksHavePublicIp ? 'ENABLED' : 'DISABLED';
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['ecs:RunTask'],
        resources: [definition.taskDefinitionArn],
        conditions: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } },
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [definition.taskRole.roleArn, definition.obtainExecutionRole().roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      }),
    );
    // Deleted before the bucket is emptied, so that a run that is under way cannot write to it afterwards.
    definition.taskRole.node.addDependency(store);
    // Without a start date, the first run begins at once. The service does not wait for it.
    this.schedule = new CfnSchedule(this, 'Schedule', {
      description: 'Runs the refresher of the feeds of Risk Gate',
      scheduleExpression: `rate(${config.feedRefreshMinutes} minutes)`,
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: cluster.clusterArn,
        roleArn: role.roleArn,
        ecsParameters: {
          taskDefinitionArn: definition.taskDefinitionArn,
          launchType: 'FARGATE',
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: subnetIds,
              securityGroups: [securityGroup.securityGroupId],
              assignPublicIp,
            },
          },
        },
        // The next run does the same.
        retryPolicy: {
          maximumRetryAttempts: 3,
          maximumEventAgeInSeconds: (config.feedRefreshMinutes * 60) / 2,
        },
      },
    });
    this.schedule.node.addDependency(
      role,
      definition.taskRole,
      definition.obtainExecutionRole(),
      securityGroup,
      internetConnectivityEstablished,
      // Deleted after the schedule, so that no later run leaves objects in the bucket.
      store,
    );
    const command = [
      `aws ecs run-task --region ${Stack.of(this).region} --launch-type FARGATE`,
      `--cluster ${cluster.clusterName} --task-definition ${definition.family}`,
      `--network-configuration 'awsvpcConfiguration={subnets=[${subnetIds.join(',')}],securityGroups=[${securityGroup.securityGroupId}],assignPublicIp=${assignPublicIp}}'`,
    ].join(' ');
    this.outputs = {
      ...Object.fromEntries(
        secrets.flatMap(({ secret, output }) =>
          output === undefined ? [] : [[output.name, [output.description, secret.secretArn]]],
        ),
      ),
      RefreshFeedsCommand: ['The command that runs the refresher at once', command],
    };
  }
}
