import { METRIC_NAMESPACE } from '../../../app/src/telemetry/metric-names.ts';
import { ruleIsTrue } from '../../support/cloudwatch/composite.ts';
import { type Alarm, readAlarms, readCompositeAlarms } from '../../support/cloudwatch/template.ts';
import {
  type Configuration,
  MODES,
  PAGES_ARN,
  synthesize,
  synthesizeNow,
  TICKETS_ARN,
  target,
} from '../../support/stack.ts';

interface Service {
  readonly DeploymentConfiguration: { readonly Alarms: { readonly AlarmNames: string[] } };
}

interface Policy {
  readonly Topics: readonly unknown[];
  readonly PolicyDocument: { readonly Statement: readonly object[] };
}

function alarmOf(configuration: Configuration, id: string): Alarm {
  const alarm = readAlarms(synthesize(configuration)).find((each) => each.id === id);
  if (alarm === undefined) throw new Error(`There is no alarm ${id}.`);
  return alarm;
}

/** Logical ids of the topics, by purpose. */
function topicsOf(configuration: Configuration) {
  const ids = synthesize(configuration)
    .resources('AWS::SNS::Topic')
    .map(({ id }) => id);
  const find = (name: string) => ids.find((id) => id.includes(name)) ?? `no topic ${name}`;
  return { all: ids, pages: find('Pages'), tickets: find('Tickets') };
}

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);
  const alarms = () => readAlarms(stack());
  const rollbackAlarms = () =>
    stack().only<Service>('AWS::ECS::Service').Properties.DeploymentConfiguration.Alarms.AlarmNames;

  test('errors and slow responses roll back a deployment', () => {
    expect(rollbackAlarms()).toEqual(['RiskGate-ServerErrors', 'RiskGate-SlowResponses']);
  });

  test('outsiders cannot roll back a deployment, not even with 503s of the firewall or 500s for unverifiable tokens', () => {
    const counted = Object.values(alarmOf(mode, 'ServerErrors').queries).map(
      ({ metric }) => metric.split(' ')[1],
    );
    expect(counted.sort()).toEqual([
      'HTTPCode_ELB_500_Count',
      'HTTPCode_ELB_502_Count',
      'HTTPCode_ELB_504_Count',
      'InternalErrors',
    ]);
  });

  test('the alarms that roll back a deployment exist before it starts', () => {
    const names = rollbackAlarms();
    const rollingBack = alarms().filter(({ id }) => names.includes(`RiskGate-${id}`));
    expect(rollingBack).toHaveLength(names.length);
    expect(stack().only('AWS::ECS::Service').DependsOn).toEqual(
      expect.arrayContaining(rollingBack.map(({ logicalId }) => logicalId)),
    );
  });

  test('alarms that breach without data do not roll back the first deployment', () => {
    const breaching = alarms().filter(({ missingData }) => missingData === 'breaching');
    expect(breaching.map(({ id }) => id)).toEqual([
      'NoHealthyTasks',
      'NoTraffic',
      'CanarySilent',
      'NoMetrics',
    ]);
    const names = rollbackAlarms();
    expect(breaching.filter(({ id }) => names.includes(`RiskGate-${id}`))).toEqual([]);
  });

  test('one composite alarm pages; every other alarm sends a ticket or is part of the composite', () => {
    const topics = topicsOf(mode);
    const [page, ...others] = readCompositeAlarms(stack());
    expect(others).toEqual([]);
    expect(page?.notifies).toEqual([topics.pages]);
    for (const { logicalId, notifies } of alarms()) {
      const isPart = page?.rule.includes(`ALARM("${logicalId}")`) ?? false;
      const pages = ruleIsTrue(page?.rule ?? '', (each) => each === logicalId);
      if (pages) expect([logicalId, notifies]).toEqual([logicalId, []]);
      else if (!isPart) expect([logicalId, notifies]).toEqual([logicalId, [topics.tickets]]);
      else expect([[], [topics.tickets]]).toContainEqual(notifies);
    }
  });

  test('every alarm has a description with a runbook link, and an evaluation that CloudWatch accepts', () => {
    for (const alarm of alarms()) {
      expect(alarm.description).toMatch(/^[A-Z].+\. Runbook: docs\/runbook\.md#[a-z-]+$/);
      expect(alarm.datapointsToAlarm).toBeLessThanOrEqual(alarm.evaluationPeriods);
      // CloudWatch evaluates one day at most.
      expect(alarm.period * alarm.evaluationPeriods).toBeLessThanOrEqual(24 * 3600);
    }
  });

  test('alarms use the metrics of this stack only', () => {
    const own = alarms()
      .flatMap(({ queries }) => Object.values(queries))
      .filter(({ namespace }) => namespace === METRIC_NAMESPACE);
    expect(own.length).toBeGreaterThan(20);
    for (const { metric } of own) expect(metric).toMatch(/\bService=RiskGate\b/);
  });

  test("only this account's alarms may publish to the topics, and only over TLS", () => {
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

test('MetricsMalformed uses the log group of the tasks', () => {
  const stack = synthesize();
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
    ['TooManyRefusals', 'configured thresholds', { limit: { threshold: 35 } }],
    ['NoTraffic', 'cloudfront, egress nat', { evaluationPeriods: 3, datapointsToAlarm: 3 }],
    ['NoTraffic', 'configured thresholds', { evaluationPeriods: 12, datapointsToAlarm: 12 }],
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
  ])('%s with %s pages: %s', (id, configuration, pages) => {
    const [page] = readCompositeAlarms(synthesize(configuration));
    const { logicalId } = alarmOf(configuration, id);
    expect(ruleIsTrue(page?.rule ?? '', (each) => each === logicalId)).toBe(pages);
  });

  test.each<[configuration: Configuration, subscribers: Readonly<Record<string, string>>]>([
    ['cloudfront, egress nat', {}],
    ['an alarm address', { pages: 'ops@example.com', tickets: 'ops@example.com' }],
    ['an address for tickets', { pages: 'ops@example.com', tickets: 'team@example.com' }],
    ['an existing topic for pages, an address for tickets', { tickets: 'team@example.com' }],
    ['existing topics', {}],
  ])('e-mail subscriptions with %s', (configuration, subscribers) => {
    const topics = topicsOf(configuration);
    const subscriptions = synthesize(configuration)
      .resources<{ Protocol: string; Endpoint: string; TopicArn: unknown }>(
        'AWS::SNS::Subscription',
      )
      .map(({ Properties: { Protocol, Endpoint, TopicArn } }) => {
        expect(Protocol).toBe('email');
        return [target(TopicArn) === topics.pages ? 'pages' : 'tickets', Endpoint];
      });
    expect(Object.fromEntries(subscriptions)).toEqual(subscribers);
  });
});

describe('Existing topics', () => {
  const notified = (configuration: Configuration) => {
    const stack = synthesize(configuration);
    const [page] = stack.resources<{ AlarmActions: unknown }>('AWS::CloudWatch::CompositeAlarm');
    const tickets = stack
      .resources<{ AlarmActions?: readonly unknown[] }>('AWS::CloudWatch::Alarm')
      .flatMap(({ Properties }) => Properties.AlarmActions ?? []);
    return { pages: page?.Properties.AlarmActions, tickets: tickets[0] };
  };

  test('receive pages and tickets, and are the outputs', () => {
    expect(notified('existing topics')).toEqual({ pages: [PAGES_ARN], tickets: TICKETS_ARN });
    const stack = synthesize('existing topics');
    expect(stack.outputs).toMatchObject({ PagesTopicArn: PAGES_ARN, TicketsTopicArn: TICKETS_ARN });
    expect(stack.resources('AWS::SNS::Topic')).toEqual([]);
  });

  test('may be combined with a topic of the stack', () => {
    const { all } = topicsOf('an existing topic for pages, an address for tickets');
    expect(all).toHaveLength(1);
    expect(notified('an existing topic for pages, an address for tickets')).toEqual({
      pages: [PAGES_ARN],
      tickets: { Ref: all[0] },
    });
  });

  test('must be in the region of the alarms', async () => {
    const elsewhere = { region: 'eu-central-1', ticketsTopicArn: TICKETS_ARN };
    await expect(synthesizeNow(elsewhere)).rejects.toThrow(
      'ticketsTopicArn must be a topic in eu-central-1, the region of the alarms, got one in us-east-1.',
    );
  });
});

test('The topics of the stack are its outputs', () => {
  const { pages, tickets } = topicsOf('cloudfront, egress nat');
  expect(synthesize().outputs).toMatchObject({
    PagesTopicArn: { Ref: pages },
    TicketsTopicArn: { Ref: tickets },
  });
});

test.each<[configuration: Configuration, hours: number, consequence: RegExp]>([
  ['feeds', 30, /, but no longer proves that an address has a low one/],
  ['feeds, existing secrets, egress public', 24, /, but no longer proves that/],
  // Conditions on the list itself, such as address.within, end with the feed's own age.
  ['feeds, allowed addresses', 30, /: conditions on it are unknown/],
])('With %s, the blacklist is too old after %d h', (configuration, hours, consequence) => {
  const { limit, description } = alarmOf(configuration, 'FeedTooOld-abuseipdb-blacklist');
  expect(limit).toEqual({ threshold: hours });
  expect(description).toMatch(consequence);
});
