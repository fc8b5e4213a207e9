import {
  type Context,
  createApp,
  type Resource,
  type SynthesizedStack,
  synthesizeNow,
} from '../support/stack.ts';

/**
 * Where a name must be unique, and its maximum length by the resource's API reference. `no` marks a property that names
 * something else, or that is unique in another resource of the same stack.
 */
const NAMES: Readonly<Record<string, readonly ['account' | 'region', maxLength: number] | 'no'>> = {
  'AWS::CloudFront::Function Name': ['account', 64],
  'AWS::CloudFront::VpcOrigin VpcOriginEndpointConfig.Name': ['account', 64],
  'AWS::CloudWatch::Alarm AlarmName': ['region', 255],
  // A dimension belongs to it.
  'AWS::CloudWatch::Alarm MetricName': 'no',
  'AWS::CloudWatch::CompositeAlarm AlarmName': ['region', 255],
  'AWS::CloudWatch::Dashboard DashboardName': ['account', 255],
  'AWS::CloudWatch::InsightRule RuleName': ['region', 128],
  'AWS::EC2::VPCEndpoint ServiceName': 'no',
  'AWS::ECS::TaskDefinition Family': ['region', 255],
  'AWS::IAM::Policy PolicyName': 'no',
  'AWS::ApplicationAutoScaling::ScalingPolicy PolicyName': 'no',
  'AWS::Logs::LogGroup LogGroupName': ['region', 512],
  'AWS::Logs::QueryDefinition Name': ['region', 255],
  'AWS::Route53::RecordSet Name': ['account', 255],
  'AWS::CertificateManager::Certificate DomainName': 'no',
  'AWS::WAFv2::WebACL VisibilityConfig.MetricName': ['region', 255],
};

interface PhysicalName {
  /** The type of the resource and the property. */
  readonly property: string;
  readonly value: string;
}

/** Returns the names in a template that CloudFormation does not generate. */
function namesIn(resources: readonly Resource[], region: string): PhysicalName[] {
  return resources.flatMap(({ Type, Properties }) =>
    Object.entries(Properties)
      .flatMap(([name, value]) =>
        // CloudFront has the name one level down.
        name.endsWith('Config')
          ? Object.entries(value as object).map(([inner, each]) => [`${name}.${inner}`, each])
          : [[name, value]],
      )
      .filter(([name]) => /(?:Name|Family)$/.test(name))
      .flatMap(([name, value]) => {
        const text = resolve(value, region);
        return text === undefined ? [] : { property: `${Type} ${name}`, value: text };
      }),
  );
}

/** Returns the text of a value, or `undefined` if it refers to another resource, whose name is unique. */
function resolve(value: unknown, region: string): string | undefined {
  if (typeof value === 'string') return value;
  const { Ref, 'Fn::Join': join } = value as {
    Ref?: string;
    'Fn::Join'?: readonly [separator: string, parts: readonly unknown[]];
  };
  if (Ref === 'AWS::Region') return region;
  if (join === undefined) return undefined;
  const [separator, parts] = join;
  const texts = parts.map((part) => resolve(part, region));
  return texts.includes(undefined) ? undefined : texts.join(separator);
}

const stacks = new Map<string, Promise<SynthesizedStack>>();

/** Returns the stack of a context, which is synthesized once. */
function stackOf(context: Context): Promise<SynthesizedStack> {
  const key = JSON.stringify(context);
  const stack = stacks.get(key) ?? synthesizeNow(context);
  stacks.set(key, stack);
  return stack;
}

async function environment(context: Context): Promise<readonly PhysicalName[]> {
  const { region = 'us-east-1' } = context;
  return namesIn((await stackOf(context)).resources(), String(region));
}

/** Returns the names that exist once where they must be unique. */
function scoped(names: readonly PhysicalName[], scope: 'account' | 'region'): PhysicalName[] {
  return names.filter(({ property }) => NAMES[property]?.[0] === scope);
}

const duplicates = (names: readonly PhysicalName[]) => {
  const all = names.map(({ property, value }) => `${property} ${value}`);
  return [...new Set(all.filter((name, index) => all.indexOf(name) !== index))];
};

const EVERYTHING = {
  egress: 'nat',
  alarmEmail: 'ops@example.com',
  signedAddress: 'true',
  decisionLogAddress: 'hashed',
  geoDatabase: 'cdk.json',
  allowedCidrs: '192.0.2.0/24',
  containerInsights: 'true',
  retainLogs: 'true',
};
const zone = (name: string) => ({
  domainName: `${name}.example.com`,
  hostedZoneId: 'Z0123456789EXAMPLE',
  hostedZoneName: 'example.com',
});

describe.each<[mode: string, endpoint: (name: string) => Context]>([
  ['CloudFront', () => ({ cloudFrontLogs: 'true' })],
  ['a domain', zone],
])('With %s', (_, endpoint) => {
  let first: readonly PhysicalName[];
  let second: readonly PhysicalName[];
  let otherRegion: readonly PhysicalName[];

  beforeAll(async () => {
    first = await environment({ ...EVERYTHING, ...endpoint('gate') });
    second = await environment({ ...EVERYTHING, ...endpoint('test'), stackName: 'Staging' });
    otherRegion = await environment({ ...EVERYTHING, ...endpoint('eu'), region: 'eu-west-1' });
  });

  test('it is known where each name must be unique', () => {
    const properties = new Set(first.map(({ property }) => property));
    expect([...properties].filter((property) => NAMES[property] === undefined)).toEqual([]);
    expect(scoped(first, 'region').length).toBeGreaterThan(40);
  });

  test('two environments in one region share no name', () => {
    expect(duplicates([...scoped(first, 'region'), ...scoped(second, 'region')])).toEqual([]);
  });

  test('no name that is unique in the account is used by two environments or regions', () => {
    const names = [first, second, otherRegion].flatMap((each) => scoped(each, 'account'));
    expect(duplicates(names)).toEqual([]);
    expect(names.length).toBeGreaterThanOrEqual(6);
  });
});

test.each<[one: string, other: string]>([
  ['Staging', 'staging'],
  ['RiskGate', 'RISKGATE'],
  ['RiskGate', 'Riskgate'],
])('Stacks named %s and %s share no name', async (one, other) => {
  const names = await Promise.all([one, other].map((stackName) => environment({ stackName })));
  expect(duplicates(names.flatMap((each) => scoped(each, 'region')))).toEqual([]);
});

test('The longest name of a stack makes no name too long', async () => {
  const names = await environment({ stackName: 'S'.repeat(111), region: 'ap-southeast-1' });
  const tooLong = names.filter(({ property, value }) => {
    const name = NAMES[property];
    return name !== undefined && name !== 'no' && value.length > name[1];
  });
  expect(tooLong).toEqual([]);
});

test('Long names that differ at the end only stay different when they are cut', async () => {
  const origins = async (stackName: string) =>
    scoped(await environment({ stackName }), 'account').filter(({ property }) =>
      property.includes('VpcOrigin'),
    );
  const all = await Promise.all([origins('S'.repeat(110)), origins('S'.repeat(111))]);
  expect(all.flat()).toHaveLength(2);
  expect(duplicates(all.flat())).toEqual([]);
});

test('The firewall of the default stack keeps its log group of 0.1.0', async () => {
  const names = await environment({});
  expect(names.map(({ value }) => value)).toContain('aws-waf-logs-riskgate');
});

test('The console shows networks by the name of the stack', async () => {
  const names = async (context: Context) =>
    (await stackOf(context))
      .resources<{ Tags?: { Key: string; Value: string }[] }>()
      .filter(({ Type }) => Type.startsWith('AWS::EC2::'))
      .flatMap(({ Properties }) => Properties.Tags ?? [])
      .filter(({ Key }) => Key === 'Name')
      .map(({ Value }) => Value);
  const [first, second] = [await names({}), await names({ stackName: 'Staging' })];
  expect(first).toContain('RiskGate/Network/Vpc/PublicSubnet1');
  expect(second).toEqual(first.map((name) => name.replace(/^RiskGate/, 'Staging')));
});

test('The construct id of the stack stays, so that cdk deploy needs no argument, and no logical id changes', async () => {
  const { stack } = await createApp({ stackName: 'Staging' });
  expect([stack.artifactId, stack.stackName]).toEqual(['RiskGate', 'Staging']);
  const ids = async (context: Context) => (await stackOf(context)).resources().map(({ id }) => id);
  expect(await ids({ stackName: 'Staging' })).toEqual(await ids({}));
});
