import { readAlarms } from '../support/cloudwatch/template.ts';
import { dashboardOf } from '../support/dashboard.ts';
import { dependenciesOf } from '../support/dependencies.ts';
import {
  ALLOWED,
  type Configuration,
  CREDENTIAL_ARN,
  contextOf,
  createApp,
  MODES,
  type SynthesizedStack,
  synthesize,
  target,
} from '../support/stack.ts';

interface LambdaFunction {
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly Role: unknown;
  readonly Timeout: number;
  readonly VpcConfig?: {
    readonly SubnetIds: readonly unknown[];
    readonly SecurityGroupIds: readonly unknown[];
  };
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly FlexibleTimeWindow: object;
  readonly State?: string;
  readonly Target: {
    readonly Arn: unknown;
    readonly RoleArn: unknown;
    readonly RetryPolicy: object;
    readonly Input?: string;
  };
}

interface Policy {
  readonly Roles: readonly unknown[];
  readonly PolicyDocument: {
    readonly Statement: readonly {
      readonly Action: string | string[];
      readonly Resource: unknown;
    }[];
  };
}

/** Returns the schedules: of the canary, and of the daily status; and the function that both run. */
function canaryOf(stack: SynthesizedStack) {
  const schedules = stack.resources<Schedule>('AWS::Scheduler::Schedule');
  const [schedule, daily, ...others] = schedules;
  if (schedule === undefined || daily === undefined || others.length > 0) {
    throw new Error(`Expected two schedules, got ${schedules.length}.`);
  }
  const id = target(schedule.Properties.Target.Arn);
  const run = stack
    .resources<LambdaFunction>('AWS::Lambda::Function')
    .find((each) => each.id === id);
  if (run === undefined) throw new Error('The schedule runs no function of the stack.');
  return { schedule, daily, run };
}

function permissionsOf(stack: SynthesizedStack, role: unknown) {
  return stack
    .resources<Policy>('AWS::IAM::Policy')
    .filter(({ Properties }) => Properties.Roles.some((each) => target(each) === target(role)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .map(({ Action, Resource }) => [[Action].flat(), Resource]);
}

/** Returns the types of all resources that CloudFormation creates before this one. */
function createdBefore(stack: SynthesizedStack, id: string): ReadonlySet<string> {
  return new Set(dependenciesOf(stack, id).map(({ Type }) => Type));
}

describe.each(MODES)('With %s, the canary', (mode) => {
  const stack = () => synthesize(mode);

  test('runs every minute, and a failed run is not repeated', () => {
    const { schedule, run } = canaryOf(stack());
    expect(schedule.Properties).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 } },
    });
    const ofRun = stack()
      .resources<{ FunctionName: unknown }>('AWS::Lambda::EventInvokeConfig')
      .filter(({ Properties }) => target(Properties.FunctionName) === run.id);
    expect(ofRun.map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({ MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 }),
    ]);
    expect(schedule.Properties.Target.Input).toBeUndefined();
  });

  test('runs the daily status, which reads the log of the service', () => {
    const { schedule, daily, run } = canaryOf(stack());
    expect(daily.Properties).toMatchObject({
      ScheduleExpression: 'cron(30 1 * * ? *)',
      Target: {
        ...{ Arn: schedule.Properties.Target.Arn, RoleArn: schedule.Properties.Target.RoleArn },
        Input: '{"run":"status"}',
      },
    });
    expect(run.Properties.Environment.Variables.LOG_GROUP).toEqual(stack().outputs.LogGroupName);
    // The run reports a failure after four minutes.
    expect(run.Properties.Timeout).toBe(300);
  });

  test('starts after everything between it and the tasks', () => {
    const before = createdBefore(stack(), canaryOf(stack()).schedule.id);
    const entrance = mode.startsWith('cloudfront')
      ? ['AWS::CloudFront::Distribution']
      : mode.startsWith('hosted zone')
        ? ['AWS::Route53::RecordSet', 'AWS::CertificateManager::Certificate']
        : [];
    expect([...before]).toEqual(
      expect.arrayContaining([
        ...entrance,
        'AWS::ECS::Service',
        'AWS::ElasticLoadBalancingV2::Listener',
        'AWS::WAFv2::WebACLAssociation',
        // Permissions of the function and of the schedule.
        'AWS::IAM::Policy',
      ]),
    );
  });

  test('calls the endpoint of the output with the credential of the output', () => {
    const { outputs } = stack();
    const { ENDPOINT, SECRET_ARN, ...others } = canaryOf(stack()).run.Properties.Environment
      .Variables;
    expect({ ENDPOINT, SECRET_ARN }).toEqual({
      ENDPOINT: outputs.ActionEndpoint,
      SECRET_ARN: outputs.ActionCredentialSecretArn,
    });
    expect(others).toEqual({
      ADDRESS_HEADER: 'x-client-source-ip',
      SERVICE_NAME: 'RiskGate',
      LOG_GROUP: outputs.LogGroupName,
      DECISION_LOG_ISSUED_PERCENT: '100',
      ...(mode.startsWith('cloudfront') && {
        DISTRIBUTION_ID: { Ref: stack().only('AWS::CloudFront::Distribution').id },
      }),
    });
  });

  test('runs outside of the VPC, and may do nothing but read the secret, metrics and the log of the service', () => {
    const { run, schedule } = canaryOf(stack());
    expect(run.Properties.VpcConfig).toBeUndefined();
    expect(permissionsOf(stack(), run.Properties.Role)).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], expect.anything()],
      [['secretsmanager:GetSecretValue'], stack().outputs.ActionCredentialSecretArn],
      [['cloudwatch:GetMetricStatistics', 'logs:GetQueryResults'], '*'],
      [['logs:StartQuery'], { 'Fn::GetAtt': [target(stack().outputs.LogGroupName), 'Arn'] }],
    ]);
    expect(permissionsOf(stack(), schedule.Properties.Target.RoleArn)).toEqual([
      [['lambda:InvokeFunction'], { 'Fn::GetAtt': [run.id, 'Arn'] }],
    ]);
  });
});

test('The canary uses the header and the secret of the configuration', () => {
  const variables = (name: Configuration) =>
    canaryOf(synthesize(name)).run.Properties.Environment.Variables;
  expect(variables('settings of the service').ADDRESS_HEADER).toBe('x-edge-ip');
  expect(variables('settings of the service').DECISION_LOG_ISSUED_PERCENT).toBe('25');
  expect(variables('existing secrets').SECRET_ARN).toBe(CREDENTIAL_ARN);
});

describe.each<{ configuration: Configuration; gateways: number }>([
  { configuration: 'allowed addresses, cloudfront', gateways: 1 },
  { configuration: 'allowed addresses, certificate', gateways: 1 },
  { configuration: 'everything at once', gateways: 2 },
  // The operator's own NAT: its address must be in allowedCidrs.
  { configuration: 'an existing network, allowed addresses', gateways: 0 },
])('With $configuration, the canary', ({ configuration, gateways }) => {
  const stack = () => synthesize(configuration);

  test('runs in the subnets of the tasks', () => {
    const { VpcConfig } = canaryOf(stack()).run.Properties;
    const service = stack().only<{
      readonly NetworkConfiguration: {
        readonly AwsvpcConfiguration: { readonly Subnets: readonly unknown[] };
      };
    }>('AWS::ECS::Service');
    const { Subnets } = service.Properties.NetworkConfiguration.AwsvpcConfiguration;
    expect(VpcConfig?.SubnetIds).toEqual(Subnets);
  });

  test('may connect to HTTPS, and nothing may connect to it', () => {
    const [group] = canaryOf(stack()).run.Properties.VpcConfig?.SecurityGroupIds ?? [];
    const found = stack()
      .resources('AWS::EC2::SecurityGroup')
      .find(({ id }) => id === target(group));
    expect(found?.Properties.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
    ]);
    expect(found?.Properties.SecurityGroupIngress).toBeUndefined();
    const ingress = stack().resources('AWS::EC2::SecurityGroupIngress');
    expect(ingress.filter(({ Properties }) => target(Properties.GroupId) === found?.id)).toEqual(
      [],
    );
  });

  test('may create the network interfaces that it needs there', () => {
    const { run } = canaryOf(stack());
    const actions = permissionsOf(stack(), run.Properties.Role).flatMap(([all]) => all);
    expect(actions.filter((each) => String(each).startsWith('ec2:'))).toEqual([
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ]);
  });

  test('keeps the permission to delete them until its security group is deleted', () => {
    const { run } = canaryOf(stack());
    const [group] = run.Properties.VpcConfig?.SecurityGroupIds ?? [];
    const deletedLater = dependenciesOf(stack(), target(group) ?? '')
      .filter(({ Type }) => Type === 'AWS::IAM::Policy')
      .filter(({ Properties }) =>
        JSON.stringify(Properties).includes('ec2:DeleteNetworkInterface'),
      );
    expect(deletedLater).toHaveLength(1);
    // It ends with the network interfaces, and not with an update of the function's other permissions.
    expect(JSON.stringify(deletedLater)).not.toContain('secretsmanager:');
    expect(dependenciesOf(stack(), run.id)).toEqual(expect.arrayContaining(deletedLater));
  });

  test('calls from an address that the firewall admits', () => {
    const addresses = stack()
      .resources('AWS::EC2::EIP')
      .map(({ id }) => ({ 'Fn::Join': ['', [{ Ref: id }, '/32']] }));
    expect(addresses).toHaveLength(gateways);
    const sets = stack().resources<{ IPAddressVersion: string; Addresses: readonly unknown[] }>(
      'AWS::WAFv2::IPSet',
    );
    const addressesOf = (version: string) =>
      sets
        .filter(({ Properties }) => Properties.IPAddressVersion === version)
        .flatMap(({ Properties }) => Properties.Addresses);
    expect(addressesOf('IPV4')).toEqual([...ALLOWED.slice(0, 2), ...addresses]);
    expect(addressesOf('IPV6')).toEqual(ALLOWED.slice(2));
  });
});

describe('Synth warns that allowedCidrs must contain the address of an existing NAT', () => {
  test.each<{ configuration: Configuration; warns: boolean }>([
    { configuration: 'an existing network, allowed addresses', warns: true },
    { configuration: 'an existing network', warns: false },
    { configuration: 'allowed addresses, cloudfront', warns: false },
  ])('$configuration: $warns', async ({ configuration, warns }) => {
    const { Annotations, Match } = await import('aws-cdk-lib/assertions');
    const { stack } = await createApp(contextOf(configuration));
    const found = Annotations.fromStack(stack).findWarning(
      '*',
      Match.stringLikeRegexp('^The canary calls the endpoint from the subnets of taskSubnetIds: '),
    );
    expect(found).toHaveLength(warns ? 1 : 0);
  });
});

test('With canary=false there is no function, schedule, alarm or graph of it', () => {
  const stack = synthesize('allowed addresses, no canary');
  expect(stack.resources('AWS::Scheduler::Schedule')).toEqual([]);
  expect(stack.resources().filter(({ id }) => id.startsWith('Canary'))).toEqual([]);
  expect(readAlarms(stack).filter(({ id }) => /^(Canary|CloudFrontErrors)/.test(id))).toEqual([]);
  expect(JSON.stringify(dashboardOf(stack))).not.toContain('Canary');
});
