import { METRIC_NAMESPACE } from '../../../app/src/telemetry/metric-names.ts';
import { ruleIsTrue } from '../../support/cloudwatch/composite.ts';
import { type Alarm, readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import { type Configuration, MODES, synthesise, target } from '../../support/stack.ts';

interface Service {
  readonly DeploymentConfiguration: { readonly Alarms: { readonly AlarmNames: string[] } };
}

interface Policy {
  readonly Topics: readonly unknown[];
  readonly PolicyDocument: { readonly Statement: readonly object[] };
}

/** The alarms that need a look at the metric by which they were chosen. */
function alarmOf(configuration: Configuration, id: string): Alarm {
  const alarm = readAlarms(synthesise(configuration)).find((each) => each.id === id);
  if (alarm === undefined) throw new Error(`There is no alarm ${id}.`);
  return alarm;
}

/** Logical ids of the topics, by what they are for. */
function topicsOf(configuration: Configuration) {
  const ids = synthesise(configuration)
    .resources('AWS::SNS::Topic')
    .map(({ id }) => id);
  const find = (word: string) => ids.find((id) => id.includes(word)) ?? `no topic for ${word}`;
  return { all: ids, pages: find('Pages'), tickets: find('Tickets') };
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesise(mode);
  const alarms = () => readAlarms(stack());
  const rollbackAlarms = () =>
    stack().only<Service>('AWS::ECS::Service').Properties.DeploymentConfiguration.Alarms.AlarmNames;

  test('errors and slow answers take a deployment back', () => {
    expect(rollbackAlarms()).toEqual(['RiskGate-ServerErrors', 'RiskGate-SlowResponses']);
  });

  test('what outsiders can bring about takes no deployment back: a 503 may be the word of the firewall, a 500 of a token without keys', () => {
    const counted = Object.values(alarmOf(mode, 'ServerErrors').queries).map(
      ({ metric }) => metric.split(' ')[1],
    );
    expect(counted.sort()).toEqual([
      'HTTPCode_ELB_502_Count',
      'HTTPCode_ELB_504_Count',
      'InternalErrors',
    ]);
  });

  test('the alarms that take a deployment back are there before it begins', () => {
    const names = rollbackAlarms();
    const watching = alarms().filter(({ id }) => names.includes(`RiskGate-${id}`));
    expect(watching).toHaveLength(names.length);
    expect(stack().only('AWS::ECS::Service').DependsOn).toEqual(
      expect.arrayContaining(watching.map(({ logicalId }) => logicalId)),
    );
  });

  test('what has no data before the first request or task cannot take the first deployment back', () => {
    const breaching = alarms().filter(({ missingData }) => missingData === 'breaching');
    expect(breaching.map(({ id }) => id)).toEqual(['TooFewTasks', 'NoTraffic', 'NoMetrics']);
    const names = rollbackAlarms();
    expect(breaching.filter(({ id }) => names.includes(`RiskGate-${id}`))).toEqual([]);
  });

  test('one composite alarm pages; every other alarm is a ticket, or part of that one', () => {
    const topics = topicsOf(mode);
    const [page, ...others] = readCompositeAlarms(stack());
    expect(others).toEqual([]);
    expect(page?.notifies).toEqual([topics.pages]);
    for (const { logicalId, notifies } of alarms()) {
      const isPart = page?.rule.includes(`ALARM("${logicalId}")`) ?? false;
      const pages = ruleIsTrue(page?.rule ?? '', (standing) => standing === logicalId);
      if (pages) expect([logicalId, notifies]).toEqual([logicalId, []]);
      else if (!isPart) expect([logicalId, notifies]).toEqual([logicalId, [topics.tickets]]);
      else expect([[], [topics.tickets]]).toContainEqual(notifies);
    }
  });

  test('an alarm has a reason in words, and can reach its number of data points', () => {
    for (const alarm of alarms()) {
      expect(alarm.description).toMatch(/^[A-Z].+\. Runbook: docs\/runbook\.md#[a-z-]+$/);
      expect(alarm.datapointsToAlarm).toBeLessThanOrEqual(alarm.evaluationPeriods);
      // CloudWatch looks back one day at most.
      expect(alarm.period * alarm.evaluationPeriods).toBeLessThanOrEqual(24 * 3600);
    }
  });

  test('metrics of the service are those of this stack', () => {
    const own = alarms()
      .flatMap(({ queries }) => Object.values(queries))
      .filter(({ namespace }) => namespace === METRIC_NAMESPACE);
    expect(own.length).toBeGreaterThan(20);
    for (const { metric } of own) expect(metric).toMatch(/\bService=RiskGate\b/);
  });

  test('topics take what alarms of this account publish, and nothing without TLS', () => {
    const policies = stack().resources<Policy>('AWS::SNS::TopicPolicy');
    const covered = policies.flatMap(({ Properties }) => Properties.Topics.map(target));
    expect(covered.sort()).toEqual([...topicsOf(mode).all].sort());
    expect(covered).toHaveLength(2);
    for (const { Properties } of policies) {
      expect(Properties.PolicyDocument.Statement).toEqual([
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
    }
  });
});

test('Lines that CloudWatch cannot read are looked for in the log that the tasks write to', () => {
  const stack = synthesise();
  const id = alarmOf('cloudfront, egress nat', 'MetricsMalformed').logicalId;
  const alarm = stack.resources().find((each) => each.id === id);
  const [, group] =
    /"awslogs-group":\{"Ref":"(\w+)"\}/.exec(
      JSON.stringify(stack.only('AWS::ECS::TaskDefinition').Properties),
    ) ?? [];
  expect(group).toBeDefined();
  const groups = JSON.stringify(alarm?.Properties).match(
    /(?<="Name":"LogGroupName","Value":\{"Ref":")\w+/g,
  );
  expect(groups).toEqual([group, group]);
});

describe('Alarms follow the configuration', () => {
  test.each<[id: string, configuration: Configuration, expected: object]>([
    [
      'TooFewTasks',
      'three to forty tasks',
      { limit: { threshold: 3 }, comparison: 'LessThanThreshold' },
    ],
    ['TooManyRefusals', 'cloudfront, egress nat', { limit: { threshold: 20 } }],
    ['TooManyRefusals', 'alarms of its own', { limit: { threshold: 35 } }],
    ['NoTraffic', 'cloudfront, egress nat', { evaluationPeriods: 3, datapointsToAlarm: 3 }],
    ['NoTraffic', 'alarms of its own', { evaluationPeriods: 12, datapointsToAlarm: 12 }],
  ])('%s with %s', (id, configuration, expected) => {
    expect(alarmOf(configuration, id)).toMatchObject(expected);
  });

  test.each<[id: string, configuration: Configuration, pages: boolean]>([
    ['FirewallBlocksCalls', 'cloudfront, egress nat', false],
    ['FirewallBlocksCalls', 'allowed addresses, cloudfront', false],
    ['TooManyRefusals', 'allowed addresses, cloudfront', false],
    ['OversizedRequests', 'cloudfront, egress nat', false],
    ['OversizedRequests', 'allowed addresses, cloudfront', false],
    ['AuthenticationFailures', 'cloudfront, egress nat', false],
    ['AuthenticationFailures', 'one allowed address', true],
    ['FirewallRefusesCalls', 'allowed addresses, cloudfront', false],
  ])('whether %s pages with %s: %s', (id, configuration, pages) => {
    const [page] = readCompositeAlarms(synthesise(configuration));
    const { logicalId } = alarmOf(configuration, id);
    expect(ruleIsTrue(page?.rule ?? '', (standing) => standing === logicalId)).toBe(pages);
  });

  test.each<[configuration: Configuration, told: Readonly<Record<string, string>>]>([
    ['cloudfront, egress nat', {}],
    ['an alarm address', { pages: 'ops@example.com', tickets: 'ops@example.com' }],
    ['an address for tickets', { pages: 'ops@example.com', tickets: 'team@example.com' }],
  ])('who is told by e-mail with %s', (configuration, told) => {
    const topics = topicsOf(configuration);
    const subscriptions = synthesise(configuration)
      .resources<{ Protocol: string; Endpoint: string; TopicArn: unknown }>(
        'AWS::SNS::Subscription',
      )
      .map(({ Properties: { Protocol, Endpoint, TopicArn } }) => {
        expect(Protocol).toBe('email');
        return [target(TopicArn) === topics.pages ? 'pages' : 'tickets', Endpoint];
      });
    expect(Object.fromEntries(subscriptions)).toEqual(told);
  });
});
