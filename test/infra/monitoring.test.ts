import { MODES, synthesise, target } from '../support/stack.ts';

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmActions: readonly unknown[];
  readonly AlarmDescription: string;
  readonly TreatMissingData: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
}

interface Service {
  readonly DeploymentConfiguration: { readonly Alarms: { readonly AlarmNames: string[] } };
}

interface Policy {
  readonly Topics: readonly unknown[];
  readonly PolicyDocument: { readonly Statement: readonly object[] };
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesise(mode);
  const alarms = () => stack().resources<Alarm>('AWS::CloudWatch::Alarm');

  test('errors and slow answers take a deployment back', () => {
    const { DeploymentConfiguration } = stack().only<Service>('AWS::ECS::Service').Properties;
    expect(DeploymentConfiguration.Alarms.AlarmNames).toEqual([
      'RiskGate-ServerErrors',
      'RiskGate-SlowAnswers',
    ]);
  });

  test('what outsiders can bring about takes no deployment back: a 503 may be the word of the firewall', () => {
    const errors = alarms().find((each) => each.Properties.AlarmName === 'RiskGate-ServerErrors');
    const counted = JSON.stringify(errors?.Properties).match(/HTTPCode_\w+/g);
    expect(counted?.sort()).toEqual([
      'HTTPCode_ELB_502_Count',
      'HTTPCode_ELB_504_Count',
      'HTTPCode_Target_5XX_Count',
    ]);
  });

  test('the alarms that take a deployment back are there before it begins', () => {
    const { DeploymentConfiguration } = stack().only<Service>('AWS::ECS::Service').Properties;
    const { AlarmNames } = DeploymentConfiguration.Alarms;
    const watching = alarms().filter((each) => AlarmNames.includes(each.Properties.AlarmName));
    expect(watching).toHaveLength(AlarmNames.length);
    expect(stack().only('AWS::ECS::Service').DependsOn).toEqual(
      expect.arrayContaining(watching.map(({ id }) => id)),
    );
  });

  test('what has no data before the first request or task cannot take the first deployment back', () => {
    const { DeploymentConfiguration } = stack().only<Service>('AWS::ECS::Service').Properties;
    const { AlarmNames } = DeploymentConfiguration.Alarms;
    const breaching = alarms().filter((each) => each.Properties.TreatMissingData === 'breaching');
    expect(breaching.map((each) => each.Properties.AlarmName)).toEqual(['RiskGate-TooFewTasks']);
    expect(breaching.filter((each) => AlarmNames.includes(each.Properties.AlarmName))).toEqual([]);
  });

  test('every alarm tells the topic, and says in words what it means', () => {
    const topic = stack().only('AWS::SNS::Topic').id;
    expect(alarms().length).toBeGreaterThanOrEqual(3);
    for (const { Properties } of alarms()) {
      expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
      expect(Properties.AlarmDescription).toMatch(/\.$/);
      expect(Properties.DatapointsToAlarm).toBeLessThanOrEqual(Properties.EvaluationPeriods);
    }
  });

  test('the topic takes what alarms of this account publish, and nothing without TLS', () => {
    const topic = stack().only('AWS::SNS::Topic').id;
    const { Topics, PolicyDocument } = stack().only<Policy>('AWS::SNS::TopicPolicy').Properties;
    expect(Topics.map(target)).toEqual([topic]);
    expect(PolicyDocument.Statement).toEqual([
      expect.objectContaining({
        Effect: 'Deny',
        Action: 'sns:Publish',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
      expect.objectContaining({
        Effect: 'Allow',
        Action: 'sns:Publish',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
    ]);
  });
});

test('The alarm on tasks asks for as many as are configured', () => {
  const alarm = synthesise('three to forty tasks')
    .resources<Alarm>('AWS::CloudWatch::Alarm')
    .find(({ Properties }) => Properties.AlarmName === 'RiskGate-TooFewTasks');
  expect(alarm?.Properties).toMatchObject({
    Threshold: 3,
    ComparisonOperator: 'LessThanThreshold',
    MetricName: 'HealthyHostCount',
    Statistic: 'Minimum',
  });
});

test('Somebody is told by e-mail when an address is given', () => {
  expect(synthesise().resources('AWS::SNS::Subscription')).toEqual([]);
  const subscription = synthesise('an alarm address').only('AWS::SNS::Subscription');
  expect(subscription.Properties).toMatchObject({
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
});
