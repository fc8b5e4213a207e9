import type { CustomResourceRequest } from '../../../infra/functions/custom-resource.ts';
import { lookUp } from '../../../infra/functions/lookup.ts';
import { type FakeAccount, type FakeEc2, type FakeSubnet, startEc2 } from '../../support/ec2.ts';

const STACK = 'arn:aws:cloudformation:us-east-1:111122223333:stack/RiskGate/1';

let ec2: FakeEc2 | undefined;
const ENVIRONMENT = { ...process.env };

afterEach(() => {
  ec2?.close();
  process.env = { ...ENVIRONMENT };
});

/** Runs the handler's function against an account. Returns the attributes and how often it paused. */
async function run(
  account: FakeAccount,
  properties: Readonly<Record<string, unknown>>,
  more: Partial<CustomResourceRequest> = {},
) {
  ec2 = await startEc2(account);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'testing',
    AWS_SECRET_ACCESS_KEY: 'testing',
    AWS_MAX_ATTEMPTS: '1',
  });
  let pauses = 0;
  const request: CustomResourceRequest = {
    RequestType: 'Create',
    ResponseURL: 'http://127.0.0.1/',
    StackId: STACK,
    RequestId: '1',
    LogicalResourceId: 'Lookup',
    ResourceProperties: properties,
    ...more,
  };
  const { physicalId, attributes } = await lookUp(request, async () => {
    pauses += 1;
  });
  return { physicalId, attributes, pauses, calls: ec2.calls };
}

const zone = (id: string, name: string, more = {}) => ({ id, name, ...more });

/** The names in this account are not in the order of the ids, and the first two are not usable or not there. */
const ZONES = [
  zone('use1-az3', 'us-east-1a'),
  zone('use1-az4', 'us-east-1b'),
  zone('use1-az6', 'us-east-1c'),
  zone('use1-az2', 'us-east-1d'),
  zone('use1-bos1-az1', 'us-east-1-bos-1a', { type: 'local-zone' }),
];

const subnet = (logicalId: string, name: string, stackId = STACK): FakeSubnet => ({
  zone: name,
  tags: { 'aws:cloudformation:stack-id': stackId, 'aws:cloudformation:logical-id': logicalId },
});

const EXCLUDED = ['use1-az3'];
const CANDIDATES = ['use1-az1', 'use1-az2', 'use1-az4', 'use1-az6'];
const PROPERTIES = {
  Lookup: 'zones',
  Subnets: ['Private1', 'Private2'],
  ZoneIds: CANDIDATES,
  ExcludedZoneIds: EXCLUDED,
};
const { ZoneIds: _, ...WITHOUT_CANDIDATES } = PROPERTIES;

describe('Zones:', () => {
  test.each<[name: string, account: FakeAccount, properties: object, zones: [string, string]]>([
    [
      'the first two of the list that the account has, by id and not by name',
      { zones: ZONES },
      PROPERTIES,
      ['us-east-1d', 'us-east-1b'],
    ],
    [
      'without a list, the first two of the account that are not excluded',
      { zones: ZONES },
      WITHOUT_CANDIDATES,
      ['us-east-1d', 'us-east-1b'],
    ],
    [
      'no zone that is unavailable',
      { zones: [zone('use1-az1', 'us-east-1e', { state: 'unavailable' }), ...ZONES] },
      PROPERTIES,
      ['us-east-1d', 'us-east-1b'],
    ],
    [
      'the zones of the subnets that the stack has, even an excluded one',
      {
        zones: ZONES,
        subnets: [subnet('Private2', 'us-east-1c'), subnet('Private1', 'us-east-1a')],
      },
      PROPERTIES,
      ['us-east-1a', 'us-east-1c'],
    ],
    [
      'one subnet is there: another zone for the second',
      { zones: ZONES, subnets: [subnet('Private2', 'us-east-1d')] },
      PROPERTIES,
      ['us-east-1b', 'us-east-1d'],
    ],
    [
      'subnets of another stack do not count',
      { zones: ZONES, subnets: [subnet('Private1', 'us-east-1a', `${STACK}2`)] },
      PROPERTIES,
      ['us-east-1d', 'us-east-1b'],
    ],
    [
      'other subnets of the stack do not count',
      { zones: ZONES, subnets: [subnet('Public1', 'us-east-1a')] },
      PROPERTIES,
      ['us-east-1d', 'us-east-1b'],
    ],
  ])('%s', async (_name, account, properties, [Zone1, Zone2]) => {
    const { attributes } = await run(account, { ...properties });
    expect(attributes).toEqual({ Zone1, Zone2 });
  });

  test('an update keeps the zones although the list has changed', async () => {
    const subnets = [subnet('Private1', 'us-east-1d'), subnet('Private2', 'us-east-1b')];
    const { attributes, physicalId } = await run(
      { zones: ZONES, subnets },
      { ...PROPERTIES, ZoneIds: ['use1-az6', 'use1-az4'] },
      { RequestType: 'Update', PhysicalResourceId: 'zones' },
    );
    expect({ attributes, physicalId }).toEqual({
      attributes: { Zone1: 'us-east-1d', Zone2: 'us-east-1b' },
      physicalId: 'zones',
    });
  });

  test.each<[name: string, account: FakeAccount, properties: object, sentence: string]>([
    [
      'one usable zone of the list',
      { zones: [zone('use1-az1', 'us-east-1a'), zone('use1-az3', 'us-east-1b')] },
      PROPERTIES,
      'Fewer than 2 of the zones use1-az1, use1-az2, use1-az4, use1-az6 are available in this account, which has use1-az1, use1-az3: set zoneIds, or use another region.',
    ],
    [
      'one usable zone, and no list',
      { zones: [zone('use1-az1', 'us-east-1a'), zone('use1-az3', 'us-east-1b')] },
      WITHOUT_CANDIDATES,
      'The account has too few usable availability zones in this region (use1-az1, use1-az3): set zoneIds, or use another region.',
    ],
    [
      'no permission',
      { zones: ZONES, refused: { DescribeAvailabilityZones: 100 } },
      PROPERTIES,
      'The availability zones cannot be looked up (You are not authorized to perform this operation.): set zoneIds.',
    ],
  ])('%s: the reason says what to do', async (_name, account, properties, sentence) => {
    await expect(run(account, { ...properties })).rejects.toThrow(sentence);
  });
});

const NAME = 'com.amazonaws.global.cloudfront.origin-facing';
const OTHERS = { 'pl-1': 'com.amazonaws.us-east-1.s3', 'pl-2': `${NAME}-ipv6` };

describe("CloudFront's prefix list:", () => {
  test.each<[name: string, account: FakeAccount, fallback: object, id: string]>([
    [
      'the one with its name',
      { prefixLists: { ...OTHERS, 'pl-0a': NAME } },
      { Fallback: 'pl-0b' },
      'pl-0a',
    ],
    ['the fallback when there is none', { prefixLists: OTHERS }, { Fallback: 'pl-0b' }, 'pl-0b'],
    [
      'the fallback without a permission',
      { refused: { DescribeManagedPrefixLists: 100 } },
      { Fallback: 'pl-0b' },
      'pl-0b',
    ],
  ])('%s', async (_name, account, fallback, Id) => {
    const { attributes } = await run(account, { Lookup: 'cloudfront-prefix-list', ...fallback });
    expect(attributes).toEqual({ Id });
  });

  test.each<[name: string, account: FakeAccount, issue: string]>([
    ['none', { prefixLists: OTHERS }, 'does not exist in this region'],
    [
      'no permission',
      { refused: { DescribeManagedPrefixLists: 100 } },
      'cannot be looked up (You are not authorized to perform this operation.)',
    ],
  ])('%s and no fallback: the reason says what to do', async (_name, account, issue) => {
    await expect(run(account, { Lookup: 'cloudfront-prefix-list' })).rejects.toThrow(
      `CloudFront's prefix list ${NAME} ${issue}: set cloudFrontPrefixListId to its id, or use your own domain (domainName).`,
    );
  });
});

test('a call that the new role may not make yet is repeated', async () => {
  const refused = { DescribeSubnets: 2, DescribeAvailabilityZones: 1 };
  const { attributes, pauses } = await run({ zones: ZONES, refused }, PROPERTIES);
  expect(attributes).toEqual({ Zone1: 'us-east-1d', Zone2: 'us-east-1b' });
  expect(pauses).toBe(3);
});

test.each(['zones', 'cloudfront-prefix-list'])(
  'a removed lookup of %s succeeds without a call',
  async (Lookup) => {
    const { calls, physicalId } = await run({}, { Lookup }, { RequestType: 'Delete' });
    expect({ calls, physicalId }).toEqual({ calls: [], physicalId: Lookup });
  },
);
