import { Annotations, Duration, Stack } from 'aws-cdk-lib';
import { CfnEIP, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { ACTION_PATH } from '../app/src/http/paths.ts';
import type { Config } from './config/config.ts';
import type { Endpoint } from './endpoint.ts';
import { SmallFunction, type SmallFunctionProps } from './function.ts';
import { type CanaryEvent, STATUS_RUN } from './functions/canary/event.ts';
import type { Network } from './network.ts';

export interface CanaryProps {
  readonly config: Pick<
    Config,
    'addressHeaders' | 'allowedCidrs' | 'decisionLogIssuedPercent' | 'network'
  >;
  readonly endpoint: Endpoint;
  readonly network: Network;
  /** The secret with the action's credential. */
  readonly credential: ISecret;
  /** The log of the service, which the daily status reads. */
  readonly logGroup: ILogGroup;
  /** What must exist before the first run: everything between the canary and the tasks. */
  readonly path: readonly IDependable[];
  readonly logRetention: RetentionDays;
}

/** After midnight in UTC, when the log has all records of the day. */
const DAILY = 'cron(30 1 * * ? *)';

/** Lambda tries its own invocations for at least this long. */
const MIN_EVENT_AGE = Duration.seconds(60);

/**
 * The end-to-end canary: posts a request of the action to the endpoint every minute, as the identity server does. With
 * an allow list it calls from the subnets of the tasks, whose address is known. Once a day the same function looks for
 * clients that have stopped calling.
 */
export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: CanaryProps) {
    super(scope, id);
    const { config, endpoint, network, credential, logGroup, path, logRetention } = props;
    const { distributionId } = endpoint;
    const isInVpc = config.allowedCidrs.length > 0;
    if (isInVpc && config.network.kind === 'existing') {
      Annotations.of(this).addWarningV2(
        'risk-gate:canary-address',
        'The canary calls the endpoint from the subnets of taskSubnetIds: allowedCidrs must contain the public address of their NAT, or CanaryFails pages. If it does, acknowledge this warning; otherwise add the address, or set canary=false.',
      );
    }
    const [addressHeader = ''] = config.addressHeaders.split(',');
    const place = isInVpc ? this.#placeIn(network) : undefined;
    const { function: run, role: runRole } = new SmallFunction(this, 'Function', {
      source: 'canary/handler.ts',
      description: 'Posts a request of the action to the endpoint, as the identity server does',
      environment: {
        ENDPOINT: `${endpoint.origin}${ACTION_PATH}`,
        SECRET_ARN: credential.secretArn,
        LOG_GROUP: logGroup.logGroupName,
        DECISION_LOG_ISSUED_PERCENT: String(config.decisionLogIssuedPercent),
        ADDRESS_HEADER: addressHeader,
        SERVICE_NAME: Stack.of(this).stackName,
        ...(distributionId !== undefined && { DISTRIBUTION_ID: distributionId }),
      },
      // The daily status waits for a query; a run of the canary ends by its own timeouts within 40 s.
      timeout: Duration.minutes(5),
      logRetention,
      permissions: [
        new PolicyStatement({
          actions: ['secretsmanager:GetSecretValue'],
          resources: [credential.secretArn],
        }),
        // These have no resource-level permissions. Nobody can guess the id of another query.
        new PolicyStatement({
          actions: ['cloudwatch:GetMetricStatistics', 'logs:GetQueryResults'],
          resources: ['*'],
        }),
        new PolicyStatement({
          actions: ['logs:StartQuery'],
          resources: [logGroup.logGroupArn],
        }),
      ],
      ...place,
      // A late run would say nothing about its minute.
      retryAttempts: 0,
      maxEventAge: MIN_EVENT_AGE,
    });
    if (place !== undefined) {
      const permission = new Policy(this, 'NetworkPermission', {
        statements: [networkPermissions()],
        roles: [runRole],
      });
      run.node.addDependency(permission);
      // Lambda deletes the function's network interfaces with this permission, some time after the function has left the
      // VPC, and the security group can be deleted only then: so the permission is deleted after it.
      for (const group of place.securityGroups) group.node.addDependency(permission);
    }
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [run.functionArn],
      }),
    );
    const schedule = new CfnSchedule(this, 'Schedule', {
      description: 'Runs the canary of Risk Gate',
      scheduleExpression: 'rate(1 minute)',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: run.functionArn,
        roleArn: role.roleArn,
        retryPolicy: {
          maximumRetryAttempts: 0,
          maximumEventAgeInSeconds: MIN_EVENT_AGE.toSeconds(),
        },
      },
    });
    schedule.node.addDependency(role, ...path);
    const event: CanaryEvent = { run: STATUS_RUN };
    const daily = new CfnSchedule(this, 'StatusSchedule', {
      description: 'Looks for clients that no longer call Risk Gate',
      scheduleExpression: DAILY,
      flexibleTimeWindow: { mode: 'OFF' },
      target: { arn: run.functionArn, roleArn: role.roleArn, input: JSON.stringify(event) },
    });
    daily.node.addDependency(role);
  }

  /** Places the function into the subnets of the tasks. It may connect to HTTPS, and nothing may connect to it. */
  #placeIn({ vpc, taskSubnets }: Network) {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Canary of Risk Gate: out to HTTPS',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'The endpoint and AWS services');
    return {
      vpc,
      vpcSubnets: taskSubnets,
      securityGroups: [securityGroup],
    } satisfies Partial<SmallFunctionProps>;
  }
}

/** Returns the configuration with the addresses of the stack's NAT gateways in the allow list, if there is one. */
export function admitCanary(config: Config, network: Network): Config {
  if (!config.canary || config.allowedCidrs.length === 0) return config;
  const own = network.node
    .findAll()
    .filter((each) => each instanceof CfnEIP)
    .map((address) => `${address.ref}/32`);
  return { ...config, allowedCidrs: [...config.allowedCidrs, ...own] };
}

/**
 * Returns the permissions with which Lambda connects a function to a VPC. They are those of AWS's managed policy
 * AWSLambdaVPCAccessExecutionRole without its logs; Lambda needs them for every network interface.
 */
function networkPermissions(): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resources: ['*'],
  });
}
