import { describeWithMoto } from '../support/moto.ts';
import { type EmulatedAws, startEmulatedAws } from './emulated-aws.ts';
import { readSecret } from './secrets.ts';
import { failures, type Stacks, stacksOf } from './stacks.ts';

// The emulator refuses what AWS refuses, or the tests of deployments would prove nothing.

type Resources = Readonly<Record<string, object>>;

const resource = (Type: string, Properties: object, more: object = {}) => ({
  Type,
  Properties,
  ...more,
});
const ref = (Ref: string) => ({ Ref });
const get = (...attribute: string[]) => ({ 'Fn::GetAtt': attribute });
const pick = (index: number) => ({ 'Fn::Select': [index, { 'Fn::GetAZs': '' }] });

const VPC = resource('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16' });
const subnet = (CidrBlock: string, zone: object) =>
  resource('AWS::EC2::Subnet', { VpcId: ref('Vpc'), CidrBlock, ...zone });
const balancer = (...attributes: [string, unknown][]) =>
  resource('AWS::ElasticLoadBalancingV2::LoadBalancer', {
    Scheme: 'internal',
    Subnets: [ref('One'), ref('Two')],
    SecurityGroups: [ref('Group')],
    LoadBalancerAttributes: attributes.map(([Key, Value]) => ({ Key, Value })),
  });
const GROUP = resource('AWS::EC2::SecurityGroup', { GroupDescription: 'test', VpcId: ref('Vpc') });

/** A load balancer in the zones a and b. */
const BALANCED: Resources = {
  Vpc: VPC,
  Group: GROUP,
  One: subnet('10.0.0.0/24', { AvailabilityZone: pick(0) }),
  Two: subnet('10.0.1.0/24', { AvailabilityZone: pick(1) }),
  Balancer: balancer(),
};

const origin = (Name: string, more: object = {}) =>
  resource('AWS::CloudFront::VpcOrigin', {
    VpcOriginEndpointConfig: {
      Name,
      Arn: ref('Balancer'),
      HTTPPort: 80,
      HTTPSPort: 443,
      OriginProtocolPolicy: 'http-only',
    },
    ...more,
  });
const distribution = (of: string) =>
  resource('AWS::CloudFront::Distribution', {
    DistributionConfig: {
      Enabled: true,
      Origins: [
        { Id: 'one', DomainName: 'x.example.com', VpcOriginConfig: { VpcOriginId: get(of, 'Id') } },
      ],
    },
  });

const metric = (Id: string, more: object = {}) => ({
  Id,
  ReturnData: false,
  MetricStat: { Metric: { Namespace: 'Test', MetricName: Id }, Period: 60, Stat: 'Sum' },
  ...more,
});
const alarm = (properties: object) =>
  resource('AWS::CloudWatch::Alarm', {
    ComparisonOperator: 'GreaterThanThreshold',
    EvaluationPeriods: 3,
    Threshold: 0,
    ...properties,
  });
const math = (Expression: string, properties: object = {}) =>
  alarm({ Metrics: [{ Id: 'result', Expression }, metric('a'), metric('b')], ...properties });
const simple = (properties: object) =>
  alarm({ Namespace: 'Test', MetricName: 'a', Statistic: 'Sum', Period: 60, ...properties });
const composite = (AlarmRule: unknown, properties: object = {}) =>
  resource('AWS::CloudWatch::CompositeAlarm', { AlarmRule, ...properties });

describeWithMoto('the emulator', () => {
  let aws: EmulatedAws;
  let stacks: Stacks;
  let count = 0;

  beforeAll(async () => {
    aws = await startEmulatedAws({ bootstrap: 'fast', regions: ['us-east-1', 'eu-central-1'] });
    stacks = stacksOf(aws);
  });

  afterAll(() => aws?.stop());

  /** Returns a name that no other test has. */
  const newName = () => {
    count += 1;
    return `Test${count}`;
  };

  /** Creates a stack. @returns its status and failures, without the names of generated resources. */
  async function create(Resources: Resources, region = 'us-east-1', name = newName()) {
    const status = await stacks.create({ Resources }, { name, region });
    return { status, failures: failures(await stacks.events({ name, region })), name };
  }

  describe('refuses to create', () => {
    test.each<[what: string, Resources, reason: RegExp]>([
      [
        'a subnet in an unknown zone id',
        { Vpc: VPC, One: subnet('10.0.0.0/24', { AvailabilityZoneId: 'use1-az9' }) },
        /Value \(use1-az9\)/,
      ],
      [
        'overlapping subnets',
        {
          Vpc: VPC,
          One: subnet('10.0.0.0/23', { AvailabilityZone: pick(0) }),
          Two: subnet('10.0.1.0/24', { AvailabilityZone: pick(1) }),
        },
        /conflicts with another subnet/,
      ],
      [
        'a subnet outside of its VPC',
        { Vpc: VPC, One: subnet('10.1.0.0/24', { AvailabilityZone: pick(0) }) },
        /is invalid/,
      ],
      [
        'a VPC origin in a zone without them',
        {
          ...BALANCED,
          Two: subnet('10.0.1.0/24', { AvailabilityZoneId: 'use1-az3' }),
          Origin: origin('excluded'),
        },
        /not supported in the Availability Zones.*use1-az3/,
      ],
      [
        'two VPC origins of one name',
        { ...BALANCED, Origin: origin('same'), Other: origin('same') },
        /Another vpc origin with the same name already exists/,
      ],
      [
        'an alarm of a taken name',
        { One: simple({ AlarmName: 'taken' }), Two: simple({ AlarmName: 'taken' }) },
        /'taken' already exists/,
      ],
      [
        'a function without code',
        {
          Function: resource('AWS::Lambda::Function', {
            Code: { S3Bucket: 'none', S3Key: 'none' },
            Role: 'arn:aws:iam::123456789012:role/x',
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
          }),
        },
        /NoSuchKey/,
      ],
      ['an expression with an unknown id', { Alarm: math('a + c') }, /'c' is not the id/],
      ['an expression that does not end', { Alarm: math('(a + b') }, /expected '\)'/],
      [
        'an expression of a number',
        { Alarm: math('SUM(a)') },
        /must return a time series, and not a number/,
      ],
      [
        'an expression of several series',
        { Alarm: math('METRICS()') },
        /not an array of time series/,
      ],
      [
        'FILL without a filling',
        { Alarm: math('FILL(a)') },
        /FILL has the wrong number of arguments/,
      ],
      ['FILL of a number', { Alarm: math('FILL(0, a)') }, /FILL does not accept a number/],
      ['an unknown function', { Alarm: math('COALESCE(a, b)') }, /unknown function COALESCE/],
      [
        'two queries that return data',
        {
          Alarm: alarm({
            Metrics: [metric('a', { ReturnData: true }), metric('b', { ReturnData: true })],
          }),
        },
        /exactly one item/,
      ],
      [
        'no query that returns data',
        { Alarm: alarm({ Metrics: [metric('a')] }) },
        /exactly one item/,
      ],
      [
        'more data points than periods',
        { Alarm: simple({ DatapointsToAlarm: 4 }) },
        /DatapointsToAlarm/,
      ],
      ['a period of 90 s', { Alarm: simple({ Period: 90 }) }, /Period 90/],
      [
        'more than a day of minutes',
        { Alarm: simple({ EvaluationPeriods: 1441 }) },
        /at most 86400 seconds/,
      ],
      [
        'a composite alarm of an unknown alarm',
        { Alarm: composite('ALARM("nowhere")') },
        /do not exist: \['nowhere'\]/,
      ],
      [
        'a composite alarm of itself',
        { Alarm: composite('ALARM("own")', { AlarmName: 'own' }) },
        /refers to itself/,
      ],
      ['a rule that does not end', { Alarm: composite('(ALARM("a")') }, /AlarmRule is not valid/],
    ])('%s', async (_, resources, reason) => {
      const { status, failures: reasons } = await create(resources);
      expect(reasons[0]).toMatch(reason);
      expect(status).toBe('ROLLBACK_COMPLETE');
    });

    test('a VPC origin of the same name in another region', async () => {
      const first = await create({ ...BALANCED, Origin: origin('global') });
      expect(first.status).toBe('CREATE_COMPLETE');
      const second = await create({ ...BALANCED, Origin: origin('global') }, 'eu-central-1');
      expect(second.failures[0]).toMatch(/Another vpc origin with the same name already exists/);
    });

    test('a template with a reference to nothing', async () => {
      const resources = { Balancer: balancer() };
      await expect(create(resources)).rejects.toThrow('Unresolved resource dependencies');
    });
  });

  test.each<[what: string, object]>([
    ['metric math with FILL and IF', math('IF(a >= 3, 100 * a / (a + FILL(b, 0)), 0)')],
    ['a week of hours', simple({ Period: 3600, EvaluationPeriods: 168 })],
    [
      'an anomaly detection band',
      alarm({
        Threshold: undefined,
        ThresholdMetricId: 'band',
        ComparisonOperator: 'LessThanLowerThreshold',
        Metrics: [
          { Id: 'band', Expression: 'ANOMALY_DETECTION_BAND(a, 3)' },
          metric('a', { ReturnData: true }),
        ],
      }),
    ],
  ])('accepts an alarm with %s', async (_, Alarm) => {
    expect(await create({ Alarm })).toMatchObject({ status: 'CREATE_COMPLETE', failures: [] });
  });

  test('keeps a load balancer with deletion protection, and the stack fails to roll back', async () => {
    const { status, failures: reasons } = await create({
      ...BALANCED,
      Balancer: balancer(['deletion_protection.enabled', 'true']),
      Late: resource('AWS::CloudWatch::Alarm', { EvaluationPeriods: 1 }, { DependsOn: 'Balancer' }),
    });
    expect(status).toBe('ROLLBACK_FAILED');
    expect(reasons).toContainEqual(
      expect.stringMatching(/^Balancer DELETE_FAILED: .*deletion protection/),
    );
  });

  test('keeps a bucket into which a load balancer has written its test object', async () => {
    const name = newName();
    const { status } = await create(
      {
        ...BALANCED,
        Logs: resource('AWS::S3::Bucket', {}),
        Balancer: balancer(
          ['access_logs.s3.enabled', 'true'],
          ['access_logs.s3.bucket', ref('Logs')],
        ),
      },
      'us-east-1',
      name,
    );
    expect(status).toBe('CREATE_COMPLETE');
    expect(await stacks.delete({ name })).toBe('DELETE_FAILED');
    expect(failures(await stacks.events({ name }))[0]).toMatch(
      /^Logs DELETE_FAILED: .*is not empty/,
    );
  });

  describe('a VPC origin that a distribution uses', () => {
    let name: string;
    const before = { ...BALANCED, Origin: origin('used'), Distribution: distribution('Origin') };

    beforeAll(async () => {
      ({ name } = await create(before));
    });

    test('cannot be updated, not even by a tag, and the update rolls back', async () => {
      const Resources = { ...before, Origin: origin('used', { Tags: [{ Key: 'a', Value: 'b' }] }) };
      expect(await stacks.update({ Resources }, { name })).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect(failures(await stacks.events({ name }))[0]).toMatch(
        /currently associated with one or more/,
      );
    });

    test('is deleted after the distribution has moved to another', async () => {
      const Resources = { ...BALANCED, Next: origin('next'), Distribution: distribution('Next') };
      expect(await stacks.update({ Resources }, { name })).toBe('UPDATE_COMPLETE');
      expect(failures(await stacks.events({ name }))).toEqual([]);
    });
  });

  describe('an update', () => {
    const topic = (properties: object) => ({ Topic: resource('AWS::SNS::Topic', properties) });

    test('without a change of values is refused or does nothing', async () => {
      const { name } = await create(topic({ DisplayName: 'a' }));
      const same = stacks.update({ Resources: topic({ DisplayName: 'a' }) }, { name });
      await expect(same).rejects.toThrow('No updates are to be performed.');
      const joined = topic({ DisplayName: { 'Fn::Join': ['', ['a']] } });
      expect(await stacks.update({ Resources: joined }, { name })).toBe('UPDATE_COMPLETE');
      expect((await stacks.events({ name })).filter(({ id }) => id === 'Topic')).toEqual([]);
    });

    test('replaces a resource for a property that cannot change, and deletes the old one last', async () => {
      const { name } = await create(topic({ TopicName: 'first' }));
      const update = { Resources: topic({ TopicName: 'second' }) };
      expect(await stacks.update(update, { name })).toBe('UPDATE_COMPLETE');
      const events = await stacks.events({ name });
      expect(
        events.map(({ physicalId, status }) => `${physicalId.split(':').at(-1)} ${status}`),
      ).toEqual([
        expect.stringContaining('UPDATE_IN_PROGRESS'),
        'first UPDATE_IN_PROGRESS',
        ' CREATE_IN_PROGRESS',
        'second CREATE_IN_PROGRESS',
        'second CREATE_COMPLETE',
        expect.stringContaining('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
        'first DELETE_IN_PROGRESS',
        'first DELETE_COMPLETE',
        expect.stringContaining('UPDATE_COMPLETE'),
      ]);
    });

    test.each<[change: string, properties: object, isKept: boolean]>([
      ['another description', { Description: 'after' }, true],
      ['another tag', { Tags: [{ Key: 'team', Value: 'iam' }] }, true],
      ['another length', { GenerateSecretString: { PasswordLength: 64 } }, false],
    ])('%s of a generated secret, which keeps its value: %s', async (_, properties, isKept) => {
      const before = { Description: 'before', GenerateSecretString: { PasswordLength: 48 } };
      const secret = (more: object) => ({
        Secret: resource('AWS::SecretsManager::Secret', { ...before, ...more }),
      });
      const { name } = await create(secret({}));
      const read = async () =>
        readSecret(aws, (await stacks.resources({ name })).Secret?.PhysicalResourceId ?? '');
      const value = await read();
      expect(await stacks.update({ Resources: secret(properties) }, { name })).toBe(
        'UPDATE_COMPLETE',
      );
      expect((await read()) === value).toBe(isKept);
    });

    test('that fails restores what it has changed', async () => {
      const { name } = await create(topic({ DisplayName: 'before' }));
      const Resources = { ...topic({ DisplayName: 'after' }), Zalarm: math('c') };
      expect(await stacks.update({ Resources }, { name })).toBe('UPDATE_ROLLBACK_COMPLETE');
      expect((await stacks.resources({ name })).Topic?.Properties).toEqual({
        DisplayName: 'before',
      });
    });
  });

  test('deletes what a failed creation has made, except for what is retained', async () => {
    const topicWith = (DeletionPolicy: string) =>
      resource('AWS::SNS::Topic', {}, { DeletionPolicy });
    const { name, status } = await create({
      Deleted: topicWith('Delete'),
      DeletedOnce: topicWith('RetainExceptOnCreate'),
      Kept: topicWith('Retain'),
      Alarm: { ...math('c'), DependsOn: ['Deleted', 'DeletedOnce', 'Kept'] },
    });
    expect(status).toBe('ROLLBACK_COMPLETE');
    const events = await stacks.events({ name });
    const ids = (wanted: string) =>
      events.filter(({ status: is }) => is === wanted).map(({ id }) => id);
    expect(ids('DELETE_COMPLETE').sort()).toEqual(['Deleted', 'DeletedOnce']);
    expect(ids('DELETE_SKIPPED')).toEqual(['Kept']);
  });
});
