import { PutDashboardCommand, PutMetricAlarmCommand } from '@aws-sdk/client-cloudwatch';
import { CreateLogGroupCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import type { Account } from '../../../infra/preflight/account.ts';
import { NAME_LOOKUPS } from '../../../infra/preflight/checks/name-lookups.ts';
import { namesCheck } from '../../../infra/preflight/checks/names.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import type { Template } from '../../../infra/preflight/template.ts';
import { describeWithMoto } from '../../support/moto.ts';
import { synthesize } from '../../support/stack.ts';
import type { Answer } from './aws.ts';
import { account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

const TEMPLATE: Template = {
  Resources: {
    Slow: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: 'RiskGate-Slow' } },
    Page: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: { AlarmName: 'RiskGate-Page' } },
    Board: {
      Type: 'AWS::CloudWatch::Dashboard',
      Properties: { DashboardName: { 'Fn::Join': ['-', ['RiskGate', { Ref: 'AWS::Region' }]] } },
    },
    Rule: { Type: 'AWS::CloudWatch::InsightRule', Properties: { RuleName: 'RiskGate-Countries' } },
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'aws-waf-logs-riskgate' } },
    Generated: { Type: 'AWS::Logs::LogGroup', Properties: {} },
    Other: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: { Ref: 'Name' } } },
    Canary: { Type: 'AWS::Scheduler::Schedule', Properties: { Name: 'RiskGate-Canary' } },
    Viewer: { Type: 'AWS::CloudFront::Function', Properties: { Name: 'RiskGate-us-east-1' } },
    Origin: {
      Type: 'AWS::CloudFront::VpcOrigin',
      Properties: { VpcOriginEndpointConfig: { Name: 'RiskGate-us-east-1' } },
    },
  },
};

describeWithMoto('Names', () => {
  const aws = useAws();

  beforeEach(async () => {
    // moto has neither.
    aws.answer('cloudfront GET /2020-05-31/function', functions([]));
    aws.answer('cloudfront GET /2020-05-31/vpc-origin', origins([]));
    aws.answer('monitoring DescribeInsightRules', { body: { InsightRules: [] } });
  });

  function functions(names: readonly string[], next = ''): Answer {
    const items = names.map((name) => `<FunctionSummary><Name>${name}</Name></FunctionSummary>`);
    return {
      body: `<FunctionList>${next}<MaxItems>100</MaxItems><Quantity>${names.length}</Quantity><Items>${items.join('')}</Items></FunctionList>`,
    };
  }

  function origins(names: readonly string[]): Answer {
    const items = names.map(
      (name) => `<VpcOriginSummary><Id>vo_1</Id><Name>${name}</Name></VpcOriginSummary>`,
    );
    return {
      body: `<VpcOriginList><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>${names.length}</Quantity><Items>${items.join('')}</Items></VpcOriginList>`,
    };
  }

  const alarm = (AlarmName: string) =>
    new PutMetricAlarmCommand({
      AlarmName,
      Namespace: 'N',
      MetricName: 'M',
      Statistic: 'Sum',
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanThreshold',
    });
  const taken = (what: string, verb = 'exists', them = 'it') =>
    `error: The ${what} already ${verb}, but not in the stack RiskGate: delete ${them}, or choose another stackName.`;

  const FREE = 'ok: None of the 8 names is taken by another stack.';

  test.each<[name: string, prepare: (account: Account) => unknown, findings: string[]]>([
    ['none', () => undefined, [FREE]],
    [
      'names that only begin alike',
      async ({ clients: { logs, cloudWatch } }) => {
        await logs.send(new CreateLogGroupCommand({ logGroupName: 'aws-waf-logs-riskgate-2' }));
        await cloudWatch.send(alarm('RiskGate-Slower'));
      },
      [FREE],
    ],
    [
      'an alarm',
      ({ clients: { cloudWatch } }) => cloudWatch.send(alarm('RiskGate-Slow')),
      [taken('alarm RiskGate-Slow')],
    ],
    [
      'a composite alarm',
      () =>
        aws.answer('monitoring DescribeAlarms', (body) =>
          JSON.parse(body).AlarmTypes.includes('CompositeAlarm')
            ? { body: { CompositeAlarms: [{ AlarmName: 'RiskGate-Page' }] } }
            : undefined,
        ),
      [taken('composite alarm RiskGate-Page')],
    ],
    [
      'a dashboard',
      ({ clients: { cloudWatch } }) =>
        cloudWatch.send(
          new PutDashboardCommand({ DashboardName: 'RiskGate-us-east-1', DashboardBody: '{}' }),
        ),
      [taken('dashboard RiskGate-us-east-1')],
    ],
    [
      'a log group that another stack retained',
      ({ clients: { logs } }) =>
        logs.send(new CreateLogGroupCommand({ logGroupName: 'aws-waf-logs-riskgate' })),
      [taken('log group aws-waf-logs-riskgate')],
    ],
    [
      'a Contributor Insights rule',
      () =>
        aws.answer('monitoring DescribeInsightRules', {
          body: { InsightRules: [{ Name: 'RiskGate-Countries' }] },
        }),
      [taken('Contributor Insights rule RiskGate-Countries')],
    ],
    [
      'a schedule',
      ({ clients: { scheduler } }) =>
        scheduler.send(
          new CreateScheduleCommand({
            Name: 'RiskGate-Canary',
            ScheduleExpression: 'rate(1 minute)',
            FlexibleTimeWindow: { Mode: 'OFF' },
            Target: {
              Arn: 'arn:aws:lambda:us-east-1:123456789012:function:f',
              RoleArn: 'arn:aws:iam::123456789012:role/r',
            },
          }),
        ),
      [taken('schedule RiskGate-Canary')],
    ],
    [
      'a CloudFront function on the second page',
      () =>
        aws.answer('cloudfront GET /2020-05-31/function', (_, url) =>
          url.searchParams.get('Marker') === 'm'
            ? functions(['RiskGate-us-east-1'])
            : functions(['Other'], '<NextMarker>m</NextMarker>'),
        ),
      [taken('CloudFront function RiskGate-us-east-1')],
    ],
    [
      'a VPC origin of another region',
      () => aws.answer('cloudfront GET /2020-05-31/vpc-origin', origins(['RiskGate-us-east-1'])),
      [taken('VPC origin RiskGate-us-east-1')],
    ],
    [
      'names that cannot be read',
      () => aws.deny('cloudfront GET /2020-05-31/vpc-origin'),
      [
        'warning: Names of VPC origins: Not checked, because the credentials do not allow cloudfront:ListVpcOrigins: allow it, or check this yourself.',
      ],
    ],
  ])('taken: %s', async (_, prepare, findings) => {
    await prepare(await account());
    expect(await findingsOf(namesCheck, { template: TEMPLATE })).toEqual(findings);
  });

  test('names of the stack itself are not taken, whether the id is the name, an ARN or another id', async () => {
    const { clients } = await account();
    await clients.cloudWatch.send(alarm('RiskGate-Slow'));
    aws.answer('cloudfront GET /2020-05-31/function', functions(['RiskGate-us-east-1']));
    aws.answer('cloudfront GET /2020-05-31/vpc-origin', origins(['RiskGate-us-east-1']));
    const resource = (physicalId: string) => ({ type: '', physicalId, status: '' });
    const stack: StackState = {
      status: 'CREATE_COMPLETE',
      description: '',
      terminationProtection: false,
      resources: new Map([
        ['Slow', resource('RiskGate-Slow')],
        ['Viewer', resource('arn:aws:cloudfront::123456789012:function/RiskGate-us-east-1')],
        ['Origin', resource('vo_1')],
      ]),
    };
    expect(await findingsOf(namesCheck, { template: TEMPLATE, stack })).toEqual([FREE]);
  });

  test('a name is taken although the stack has a resource of the same length', async () => {
    aws.answer('cloudfront GET /2020-05-31/function', functions(['RiskGate-us-east-1']));
    const physicalId = 'arn:aws:cloudfront::123456789012:function/RiskGate-us-west-2';
    const stack: StackState = {
      status: 'CREATE_COMPLETE',
      description: '',
      terminationProtection: false,
      resources: new Map([['Viewer', { type: '', physicalId, status: '' }]]),
    };
    expect(await findingsOf(namesCheck, { template: TEMPLATE, stack })).toEqual([
      taken('CloudFront function RiskGate-us-east-1'),
    ]);
  });

  test('several names of one type are one finding', async () => {
    const names = ['A', 'B', 'C', 'D', 'E'];
    const { clients } = await account();
    for (const name of names) await clients.cloudWatch.send(alarm(name));
    const Resources = Object.fromEntries(
      names.map((AlarmName) => [
        AlarmName,
        { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName } },
      ]),
    );
    expect(await findingsOf(namesCheck, { template: { Resources } })).toEqual([
      taken('alarms A, B, C and 2 more', 'exist', 'them'),
    ]);
  });
});

test('every type whose name contains that of the stack has a lookup', () => {
  // Not unique, or checked with the hosted zone.
  const others = [
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::ECS::TaskDefinition',
    'AWS::IAM::Policy',
    'AWS::Logs::QueryDefinition',
  ];
  const named = synthesize('cloudfront, egress nat')
    .resources()
    .filter(({ Properties }) =>
      Object.entries(Properties).some(
        ([name, value]) =>
          /Name$|^Family$/.test(name) && JSON.stringify(value).includes('"RiskGate'),
      ),
    );
  const types = new Set(named.map(({ Type }) => Type));
  expect(types.size).toBeGreaterThan(4);
  const known = [...Object.keys(NAME_LOOKUPS), ...others];
  expect([...types].filter((type) => !known.includes(type))).toEqual([]);
});
