import { existsSync } from 'node:fs';
import { readSettings } from '../../../app/src/config/settings.ts';
import { FEED_CATALOG } from '../../../app/src/feeds/index.ts';
import { parseDurationSetting } from '../../../app/src/lib/duration.ts';
import { readRefresherSettings } from '../../../app/src/refresher/settings/settings.ts';
import { dataBucketOf } from '../../support/container.ts';
import { dependenciesOf } from '../../support/dependencies.ts';
import {
  CONFIGURATIONS,
  type Configuration,
  contextOf,
  IPINFO_ARN,
  MAXMIND_ARN,
  MODES,
  type Resource,
  type SynthesizedStack,
  synthesize,
  target,
} from '../../support/stack.ts';

const WITH_FEEDS = CONFIGURATIONS.filter((name) => 'feeds' in contextOf(name));

interface Variable {
  readonly Name: string;
  readonly Value: unknown;
}

interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly Command?: readonly string[];
  readonly Environment: readonly Variable[];
  readonly LogConfiguration: { readonly Options: Readonly<Record<string, unknown>> };
}

interface Task {
  readonly Family: string;
  readonly TaskRoleArn: unknown;
  readonly ExecutionRoleArn: unknown;
  readonly ContainerDefinitions: readonly [Container];
}

interface Schedule {
  readonly ScheduleExpression: string;
  readonly Target: {
    readonly Arn: unknown;
    readonly RoleArn: unknown;
    readonly EcsParameters?: {
      readonly TaskDefinitionArn: unknown;
      readonly NetworkConfiguration: {
        readonly AwsvpcConfiguration: Readonly<Record<string, unknown>>;
      };
    };
  };
}

/** Returns the task definition of the refresher or of the service. */
function taskOf(stack: SynthesizedStack, isRefresher: boolean): Resource<Task> {
  const [task] = stack
    .resources<Task>('AWS::ECS::TaskDefinition')
    .filter(({ Properties }) => Properties.Family.endsWith('-refresher') === isRefresher);
  if (task === undefined) throw new Error('There is no such task definition.');
  return task;
}

function scheduleOf(stack: SynthesizedStack): Resource<Schedule> {
  const [schedule] = stack
    .resources<Schedule>('AWS::Scheduler::Schedule')
    .filter(({ Properties }) => Properties.Target.EcsParameters !== undefined);
  if (schedule === undefined) throw new Error('There is no schedule of a task.');
  return schedule;
}

const containerOf = (stack: SynthesizedStack, isRefresher = true) =>
  taskOf(stack, isRefresher).Properties.ContainerDefinitions[0];

/** The environment, with placeholders for references. */
function environmentOf(stack: SynthesizedStack, isRefresher = true): Record<string, string> {
  return Object.fromEntries(
    containerOf(stack, isRefresher).Environment.map(({ Name, Value }) => {
      if (typeof Value === 'string') return [Name, Value];
      return [Name, Name === 'FEED_STORE' ? 's3://the-bucket' : MAXMIND_ARN];
    }),
  );
}

test.each(MODES)('With %s and without feeds, there is nothing of them', (mode) => {
  const stack = synthesize(mode);
  const ids = stack.resources().map(({ id, Type }) => `${Type} ${id}`);
  expect(ids.filter((id) => /Refresher|Feed/.test(id))).toEqual([]);
  expect(Object.keys(stack.outputs).filter((name) => /Feed/.test(name))).toEqual([]);
  expect(dataBucketOf(stack).Properties).not.toHaveProperty('LifecycleConfiguration');
  const variables = containerOf(stack, false).Environment.map(({ Name }) => Name);
  expect(variables.filter((name) => /FEED|BLACKLIST/.test(name))).toEqual([]);
});

describe.each(WITH_FEEDS)('With %s', (configuration) => {
  const stack = () => synthesize(configuration);

  test('the refresher accepts its environment', () => {
    const settings = readRefresherSettings(environmentOf(stack()), FEED_CATALOG);
    expect(settings.store).toEqual({ kind: 's3', bucket: 'the-bucket' });
    expect(settings.service).toBe('RiskGate');
    const needed = settings.feeds.flatMap(({ feed }) => feed.credential ?? []);
    const available = Object.entries(settings.credentials).flatMap(([name, source]) =>
      source === undefined ? [] : [name],
    );
    expect(available.sort()).toEqual([...new Set(needed)].sort());
  });

  test('the service accepts its environment', () => {
    const { configured, blacklistMaxAge } = readSettings(environmentOf(stack(), false)).feeds;
    const { feeds } = readRefresherSettings(environmentOf(stack()), FEED_CATALOG);
    expect(configured.map(({ feed }) => feed.id)).toEqual(feeds.map(({ feed }) => feed.id));
    const { blacklistMaxAge: given = '30h' } = contextOf(configuration);
    expect(blacklistMaxAge).toBe(parseDurationSetting(String(given), '8760h'));
  });

  test('service and refresher have the same feeds and the same store', () => {
    const values = [true, false].map((isRefresher) =>
      containerOf(stack(), isRefresher).Environment.filter(({ Name }) =>
        ['FEEDS', 'FEED_STORE'].includes(Name),
      ),
    );
    expect(values[0]).toHaveLength(2);
    expect(values[0]).toEqual(values[1]);
  });

  test('the schedule runs the task in the subnets of the service, which may connect to HTTPS only', () => {
    const { Target } = scheduleOf(stack()).Properties;
    expect(target(Target.Arn)).toBe(stack().only('AWS::ECS::Cluster').id);
    expect(target(Target.EcsParameters?.TaskDefinitionArn)).toBe(taskOf(stack(), true).id);
    const { NetworkConfiguration } = stack().only<{
      NetworkConfiguration: { AwsvpcConfiguration: Readonly<Record<string, unknown>> };
    }>('AWS::ECS::Service').Properties;
    const place = Target.EcsParameters?.NetworkConfiguration.AwsvpcConfiguration;
    expect({ ...place, SecurityGroups: [] }).toEqual({
      ...NetworkConfiguration.AwsvpcConfiguration,
      SecurityGroups: [],
    });
    const [group] = (place?.SecurityGroups ?? []) as readonly unknown[];
    const { Properties } = stack()
      .resources('AWS::EC2::SecurityGroup')
      .find(({ id }) => id === target(group)) as Resource;
    expect(Properties.SecurityGroupEgress).toEqual([
      expect.objectContaining({ CidrIp: '0.0.0.0/0', FromPort: 443, ToPort: 443 }),
    ]);
    expect(Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  test('the first run has its permissions, and the bucket is emptied after the last one', () => {
    const schedule = scheduleOf(stack());
    const required = dependenciesOf(stack(), schedule.id).map(({ id }) => id);
    const roles = [
      schedule.Properties.Target.RoleArn,
      taskOf(stack(), true).Properties.TaskRoleArn,
      taskOf(stack(), true).Properties.ExecutionRoleArn,
    ].map(target);
    const policies = stack()
      .resources<{ Roles: readonly unknown[] }>('AWS::IAM::Policy')
      .filter(({ Properties }) => Properties.Roles.some((each) => roles.includes(target(each))))
      .map(({ id }) => id);
    expect(policies.length).toBeGreaterThanOrEqual(3);
    expect(required).toEqual(expect.arrayContaining(policies));
    expect(required).toContain(stack().only('Custom::FeedObjects').id);
  });

  test('a run that is under way loses its permissions before the bucket is emptied', () => {
    const role = target(taskOf(stack(), true).Properties.TaskRoleArn);
    const policies = stack()
      .resources<{ Roles: readonly unknown[] }>('AWS::IAM::Policy')
      .filter(({ Properties }) => Properties.Roles.some((each) => target(each) === role));
    expect(policies).toHaveLength(1);
    for (const { id } of policies) {
      const deletedLater = dependenciesOf(stack(), id).map((each) => each.id);
      expect(deletedLater).toContain(stack().only('Custom::FeedObjects').id);
    }
  });

  test('the service does not wait for the refresher', () => {
    const required = dependenciesOf(stack(), stack().only('AWS::ECS::Service').id);
    expect(required.filter(({ id }) => id.startsWith('Refresher'))).toEqual([]);
  });

  test('an alarm on missing runs waits for the first run, also where feeds are added later', () => {
    const alarm = stack()
      .resources<{ AlarmName: string }>('AWS::CloudWatch::Alarm')
      .find(({ Properties }) => Properties.AlarmName === 'RiskGate-RefresherSilent');
    const waits = stack()
      .resources('Custom::Wait')
      .filter(({ id }) => alarm?.DependsOn?.includes(id));
    const afterSchedule = waits.filter(({ DependsOn }) =>
      DependsOn?.includes(scheduleOf(stack()).id),
    );
    expect(afterSchedule).toHaveLength(1);
  });
});

describe('The container of the refresher', () => {
  const stack = () => synthesize('feeds');

  test('is the image of the service with another command, which the build creates', () => {
    const { Image, Command } = containerOf(stack());
    expect(Image).toBeDefined();
    expect(Image).toEqual(containerOf(stack(), false).Image);
    expect(Command).toEqual(['node', 'refresh.mjs']);
    expect(existsSync(new URL('../../../app/src/refresh.ts', import.meta.url))).toBe(true);
  });

  test('has a read-only file system, no root user, no capabilities and no port', () => {
    expect(containerOf(stack())).toMatchObject({
      ReadonlyRootFilesystem: true,
      User: '1000:1000',
      LinuxParameters: { Capabilities: { Drop: ['ALL'] }, InitProcessEnabled: true },
    });
    expect(containerOf(stack())).not.toHaveProperty('PortMappings');
  });

  test('has a heap that leaves a third of the memory for downloads', () => {
    expect(taskOf(stack(), true).Properties).toMatchObject({ Cpu: '512', Memory: '2048' });
    const [, heap] =
      /--max-old-space-size=(\d+)/.exec(environmentOf(stack()).NODE_OPTIONS ?? '') ?? [];
    expect(Number(heap)).toBeGreaterThanOrEqual(1024);
    expect(Number(heap)).toBeLessThanOrEqual((2048 * 2) / 3);
  });

  test('logs to the log group of the service, from which CloudWatch reads metrics', () => {
    const [group, ofService] = [true, false].map(
      (isRefresher) => containerOf(stack(), isRefresher).LogConfiguration.Options['awslogs-group'],
    );
    expect(group).toEqual(ofService);
    expect(containerOf(stack()).LogConfiguration.Options).toMatchObject({ mode: 'blocking' });
  });
});

test.each<[configuration: Configuration, expression: string]>([
  ['feeds', 'rate(60 minutes)'],
  ['feeds, existing secrets, egress public', 'rate(15 minutes)'],
  ['a feed without a credential', 'rate(360 minutes)'],
])('With %s the schedule is %s, and starts at once', (configuration, expression) => {
  const { Properties } = scheduleOf(synthesize(configuration));
  expect(Properties.ScheduleExpression).toBe(expression);
  expect(Properties).not.toHaveProperty('StartDate');
});

describe('The secrets of the feeds', () => {
  const secretsOf = (configuration: Configuration) =>
    synthesize(configuration)
      .resources<{ SecretString?: string }>('AWS::SecretsManager::Secret')
      .flatMap(({ Properties }) => Properties.SecretString ?? []);

  test.each<[configuration: Configuration, placeholders: readonly RegExp[]]>([
    ['feeds', [/^REPLACE .*AbuseIPDB/, /^REPLACE .*MaxMind/, /^REPLACE .*IPinfo/]],
    ['a feed without a credential', [/^REPLACE .*AbuseIPDB/]],
    ['feeds, existing secrets, egress public', [/^REPLACE .*AbuseIPDB/]],
  ])('are placeholders, only where a feed needs one: %s', (configuration, placeholders) => {
    const values = secretsOf(configuration);
    expect(values).toEqual(placeholders.map((each) => expect.stringMatching(each)));
  });

  test('may exist already', () => {
    const environment = containerOf(
      synthesize('feeds, existing secrets, egress public'),
    ).Environment;
    expect(environment).toEqual(
      expect.arrayContaining([
        { Name: 'MAXMIND_SECRET_ARN', Value: MAXMIND_ARN },
        { Name: 'IPINFO_SECRET_ARN', Value: IPINFO_ARN },
      ]),
    );
  });

  test('are not readable for the service, and are outputs', () => {
    const stack = synthesize('feeds');
    const service = JSON.stringify(containerOf(stack, false).Environment);
    for (const output of ['MaxMindSecretArn', 'IpinfoSecretArn']) {
      expect(target(stack.outputs[output])).toBeDefined();
      expect(service).not.toContain(String(target(stack.outputs[output])));
    }
  });
});

test('The command that runs the refresher names its cluster, task, subnets and security group', () => {
  const stack = synthesize('feeds');
  const command = JSON.stringify(stack.outputs.RefreshFeedsCommand);
  expect(command).toMatch(/aws ecs run-task --region us-east-1 --launch-type FARGATE --cluster /);
  expect(command).toContain('--task-definition RiskGate-refresher');
  const place =
    scheduleOf(stack).Properties.Target.EcsParameters?.NetworkConfiguration.AwsvpcConfiguration;
  const subnets = ((place?.Subnets ?? []) as readonly unknown[]).map(target);
  expect(subnets).toHaveLength(2);
  for (const id of [stack.only('AWS::ECS::Cluster').id, ...subnets]) {
    expect(command).toContain(`"${id}"`);
  }
});
