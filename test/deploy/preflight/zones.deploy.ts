import { natQuotaCheck } from '../../../infra/preflight/checks/nat-quota.ts';
import { zonesCheck } from '../../../infra/preflight/checks/zones.ts';
import type { StackState } from '../../../infra/preflight/stack-state.ts';
import type { Context } from '../../support/stack.ts';
import { account, findingsOf } from './facts.ts';
import { useAws } from './use-aws.ts';

const aws = useAws('nothing');

/** Lets the account have zones, by name. */
function setZones(zones: Readonly<Record<string, string>>): void {
  aws.answer('ec2 DescribeAvailabilityZones', (body) => {
    // Local zones have neither Fargate nor VPC origins.
    expect(decodeURIComponent(body)).toContain('Value.1=availability-zone');
    const items = Object.entries(zones).map(
      ([name, id]) => `<item><zoneName>${name}</zoneName><zoneId>${id}</zoneId></item>`,
    );
    return {
      body: `<DescribeAvailabilityZonesResponse><availabilityZoneInfo>${items.join('')}</availabilityZoneInfo></DescribeAvailabilityZonesResponse>`,
    };
  });
}

/** In this account the first name is a zone without VPC origins. */
const ZONES = { 'us-east-1a': 'use1-az3', 'us-east-1b': 'use1-az1', 'us-east-1c': 'use1-az4' };
const USABLE = 'use1-az1 (us-east-1b), use1-az4 (us-east-1c)';

const DOMAIN = {
  domainName: 'gate.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d',
};
const SUBNETS = ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'];
const EXISTING = {
  vpcId: 'vpc-0123456789abcdef0',
  taskSubnetIds: SUBNETS,
  loadBalancerSubnetIds: SUBNETS,
};

const withSubnet: StackState = {
  status: 'CREATE_COMPLETE',
  description: '',
  terminationProtection: false,
  resources: new Map([['S', { type: 'AWS::EC2::Subnet', physicalId: 'subnet-1', status: '' }]]),
};

test.each<
  [name: string, options: Context, zones: Record<string, string>, findings: string[], StackState?]
>([
  ['looked up', {}, ZONES, [`ok: The stack will use ${USABLE}.`], undefined],
  [
    'too few',
    {},
    { 'us-east-1a': 'use1-az3', 'us-east-1b': 'use1-az1' },
    [
      'error: The account has too few usable zones in us-east-1 (use1-az1 (us-east-1b), use1-az3 (us-east-1a)): use another region.',
    ],
    undefined,
  ],
  [
    'of the stack',
    {},
    { 'us-east-1a': 'use1-az3' },
    ['ok: The subnets of the stack stay in their zones.'],
    withSubnet,
  ],
  [
    'by id',
    { zoneIds: 'use1-az4,use1-az1' },
    ZONES,
    [`ok: The stack will use ${USABLE}.`],
    undefined,
  ],
  [
    'by an id that the account does not have',
    { zoneIds: 'use1-az1,use1-az6' },
    ZONES,
    [`error: zoneIds contains use1-az6, which the account does not have: choose among ${USABLE}.`],
    undefined,
  ],
  [
    'by name',
    { availabilityZones: 'us-east-1b,us-east-1c' },
    ZONES,
    [`ok: The stack will use ${USABLE}.`],
    undefined,
  ],
  [
    'by a name of a zone without VPC origins, and one that the account does not have',
    { availabilityZones: 'us-east-1a,us-east-1f' },
    ZONES,
    [
      `error: availabilityZones contains us-east-1a, which is use1-az3 in this account and has no VPC origins: use zoneIds with two of ${USABLE}.`,
      `error: availabilityZones contains us-east-1f, which the account does not have: use zoneIds with two of ${USABLE}.`,
    ],
    undefined,
  ],
  [
    'by a name of a zone without VPC origins, with a domain',
    { ...DOMAIN, availabilityZones: 'us-east-1a,us-east-1b' },
    ZONES,
    ['ok: The stack will use use1-az1 (us-east-1b), use1-az3 (us-east-1a).'],
    undefined,
  ],
  [
    'by a name of a zone without Fargate, with a domain',
    { ...DOMAIN, availabilityZones: 'us-east-1a,us-east-1b' },
    { ...ZONES, 'us-east-1a': 'usw1-az2' },
    [
      `error: availabilityZones contains us-east-1a, which is usw1-az2 in this account and has no Fargate: use zoneIds with two of ${USABLE}.`,
    ],
    undefined,
  ],
  ['of an existing network', EXISTING, {}, [], undefined],
])('zones %s', async (_, options, zones, findings, stack) => {
  setZones(zones);
  expect(await findingsOf(zonesCheck, { options, ...(stack && { stack }) })).toEqual(findings);
});

test('zones of a region that the table lacks', async () => {
  setZones({ 'xx-new-1a': 'xxn1-az1', 'xx-new-1b': 'xxn1-az2' });
  expect(await findingsOf(zonesCheck, { account: await account('xx-new-1') })).toEqual([
    'ok: The stack will use xxn1-az1 (xx-new-1a), xxn1-az2 (xx-new-1b).',
  ]);
});

describe('NAT gateways', () => {
  /** Subnets of gateways, by id. */
  const GATEWAYS = { 'subnet-b': 'us-east-1b', 'subnet-c': 'us-east-1c' };

  /** Sets the quota of each zone, and the subnets in which the account has gateways. */
  function setGateways(limit: number, subnets: readonly (keyof typeof GATEWAYS)[]): void {
    setZones(ZONES);
    aws.answer('servicequotas GetServiceQuota', { body: { Quota: { Value: limit } } });
    aws.answer('ec2 DescribeNatGateways', (body) => {
      // Deleted gateways are listed for an hour.
      expect(decodeURIComponent(body)).toMatch(/Value\.1=pending.*Value\.2=available/);
      const items = subnets.map((id) => `<item><subnetId>${id}</subnetId></item>`);
      return {
        body: `<DescribeNatGatewaysResponse><natGatewaySet>${items.join('')}</natGatewaySet></DescribeNatGatewaysResponse>`,
      };
    });
    const items = Object.entries(GATEWAYS).map(
      ([id, zone]) =>
        `<item><subnetId>${id}</subnetId><availabilityZone>${zone}</availabilityZone></item>`,
    );
    aws.answer('ec2 DescribeSubnets', {
      body: `<DescribeSubnetsResponse><subnetSet>${items.join('')}</subnetSet></DescribeSubnetsResponse>`,
    });
  }

  const full = (zone: string, limit: number) =>
    `error: Only 0 of ${limit} NAT gateways are left in ${zone}, but the stack needs 1: request more with aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-FE5A380F --desired-value ${limit + 1} --region us-east-1, or set egress to public, or choose other zones with zoneIds.`;

  test.each<
    [
      name: string,
      options: Context,
      limit: number,
      subnets: (keyof typeof GATEWAYS)[],
      findings: string[],
    ]
  >([
    ['room', {}, 1, ['subnet-c'], ['ok: Each of us-east-1b has room for one.']],
    ['no room in the zone of the gateway', {}, 1, ['subnet-b'], [full('us-east-1b', 1)]],
    [
      'no room in both zones',
      { natGateways: 2 },
      1,
      ['subnet-b', 'subnet-c'],
      [full('us-east-1b', 1), full('us-east-1c', 1)],
    ],
    [
      'no room in one of them',
      { natGateways: 2 },
      2,
      ['subnet-c', 'subnet-c'],
      [full('us-east-1c', 2)],
    ],
    ['zones by id', { zoneIds: 'use1-az4,use1-az1' }, 1, ['subnet-c'], [full('us-east-1c', 1)]],
    [
      'zones by name',
      { availabilityZones: 'us-east-1c,us-east-1b' },
      0,
      [],
      [full('us-east-1c', 0)],
    ],
  ])('%s', async (_, options, limit, subnets, findings) => {
    setGateways(limit, subnets);
    const template = { Resources: { Nat: { Type: 'AWS::EC2::NatGateway' } } };
    expect(await findingsOf(natQuotaCheck, { options, template })).toEqual(findings);
  });

  test('none needed', async () => {
    expect(await findingsOf(natQuotaCheck, { options: { egress: 'public' } })).toEqual([]);
  });
});
