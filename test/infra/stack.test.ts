import {
  type Configuration,
  type Context,
  createApp,
  MODES,
  type SynthesizedStack,
  synthesize,
} from '../support/stack.ts';

const retentionsOf = (stack: SynthesizedStack) =>
  stack
    .resources<{ RetentionInDays?: number }>('AWS::Logs::LogGroup')
    .map(({ Properties }) => Properties.RetentionInDays);

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);

  test('has the outputs that the operator needs next', () => {
    expect(Object.keys(stack().outputs).sort()).toEqual([
      'AbuseIpdbSecretArn',
      'ActionAllowedHeaders',
      'ActionCredentialSecretArn',
      'ActionEndpoint',
      'CredentialPreviousTtl',
      'DashboardUrl',
      'DecisionLogIssuedPercent',
      ...(mode.startsWith('certificate') ? ['LoadBalancerDnsName'] : []),
      'LogGroupName',
      'PagesTopicArn',
      'TicketsTopicArn',
    ]);
    expect(stack().outputs.DashboardUrl).toEqual({
      'Fn::Join': [
        '',
        [
          expect.stringMatching(/^https:\/\/us-east-1\.console\.aws\.amazon\.com\/cloudwatch\//),
          { Ref: stack().only('AWS::CloudWatch::Dashboard').id },
        ],
      ],
    });
  });

  test('the action must allow the address header', () => {
    expect(stack().outputs.ActionAllowedHeaders).toBe('x-client-source-ip');
  });

  test('the table is billed on demand, and its items expire', () => {
    expect(stack().only('AWS::DynamoDB::Table').Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'address', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'address', AttributeType: 'S' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    });
  });

  test('every log group has the configured retention', () => {
    expect(new Set(retentionsOf(stack()))).toEqual(new Set([90]));
    expect(new Set(retentionsOf(synthesize('a year of logs')))).toEqual(new Set([365]));
  });

  test('descriptions and names are valid for AWS', () => {
    const groups = stack().resources<Record<string, unknown>>('AWS::EC2::SecurityGroup');
    const rules = [...stack().text.matchAll(/"Description":"([^"]*)","FromPort"/g)].map(
      ([, text]) => text,
    );
    expect(rules.length).toBeGreaterThanOrEqual(3);
    for (const text of [...groups.map((each) => each.Properties.GroupDescription), ...rules]) {
      expect(text).toMatch(/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/);
    }
    const origins = stack().resources<{ VpcOriginEndpointConfig: { Name: string } }>(
      'AWS::CloudFront::VpcOrigin',
    );
    for (const { Properties } of origins) {
      expect(Properties.VpcOriginEndpointConfig.Name.length).toBeLessThanOrEqual(64);
    }
  });
});

describe('Removing the stack', () => {
  /** Types of the resources that stay, which are the logs, the key of hashed addresses and the access logs. */
  const retainedBy = (configuration: Configuration, policy: string) =>
    synthesize(configuration)
      .resources()
      .filter(({ DeletionPolicy }) => DeletionPolicy === policy)
      .map(({ Type, UpdateReplacePolicy }) => [Type, UpdateReplacePolicy]);

  test.each(MODES)('with %s, keeps only the bucket of the access logs', (mode) => {
    expect(retainedBy(mode, 'Retain')).toEqual([['AWS::S3::Bucket', 'Retain']]);
    expect(retainedBy(mode, 'RetainExceptOnCreate')).toEqual([]);
  });

  test('with retainLogs, also keeps decisions, firewall logs and the hash key, but not after a failed creation', () => {
    expect(retainedBy('retained logs', 'Retain')).toEqual([['AWS::S3::Bucket', 'Retain']]);
    expect(retainedBy('retained logs', 'RetainExceptOnCreate').toSorted()).toEqual([
      ['AWS::Logs::LogGroup', 'Retain'],
      ['AWS::Logs::LogGroup', 'Retain'],
      ['AWS::SecretsManager::Secret', 'Retain'],
    ]);
    const kept = synthesize('retained logs')
      .resources()
      .filter(({ DeletionPolicy }) => DeletionPolicy === 'RetainExceptOnCreate')
      .map(({ id }) => ({ Ref: id }));
    const { LogGroupName, AddressHashKeySecretArn } = synthesize('retained logs').outputs;
    expect(kept).toEqual(expect.arrayContaining([LogGroupName, AddressHashKeySecretArn]));
  });

  test.each<[name: string, context: Context, isProtected: boolean]>([
    ['is not refused by default, so that a failed creation can be deleted', {}, false],
    ['is refused with deletionProtection', { deletionProtection: true }, true],
    ['is allowed again without it', { deletionProtection: false }, false],
  ])('%s', async (_, context, isProtected) => {
    const { stack } = await createApp(context);
    expect(stack.terminationProtection).toBe(isProtected);
  });
});

test.each<[configuration: Configuration, setting: string]>([
  ['cloudfront, egress nat', 'disabled'],
  ['container insights', 'enabled'],
])('With %s, Container Insights is %s', (configuration, setting) => {
  expect(synthesize(configuration).only('AWS::ECS::Cluster').Properties).toMatchObject({
    ClusterSettings: [{ Name: 'containerInsights', Value: setting }],
  });
});

test('Nothing uses metrics of Container Insights', () => {
  for (const mode of MODES) expect(synthesize(mode).text).not.toContain('ContainerInsights/');
});

describe('Tags', () => {
  const TAGGED = [
    'AWS::DynamoDB::Table',
    'AWS::EC2::VPC',
    'AWS::ECS::Cluster',
    'AWS::ECS::Service',
    'AWS::ECS::TaskDefinition',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'AWS::Lambda::Function',
    'AWS::S3::Bucket',
    'AWS::WAFv2::WebACL',
  ];

  test.each(TAGGED)('of the configuration are on %s', (type) => {
    const resources = synthesize('tags')
      .resources(type)
      // CDK defines this function without tags.
      .filter(({ id }) => !id.startsWith('CustomVpcRestrictDefaultSG'));
    expect(resources).not.toEqual([]);
    for (const { Properties } of resources) {
      expect(Properties).toMatchObject({
        Tags: expect.arrayContaining([
          { Key: 'stage', Value: 'production' },
          { Key: 'team', Value: 'iam' },
        ]),
      });
    }
  });

  test('are also on the tasks', () => {
    expect(synthesize().only('AWS::ECS::Service').Properties).toMatchObject({
      PropagateTags: 'SERVICE',
    });
  });
});
