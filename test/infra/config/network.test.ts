import { readConfig } from '../../../infra/config/config.ts';
import type { NetworkConfig } from '../../../infra/config/network.ts';
import { issuesOf } from '../../support/config-issues.ts';

type Context = Readonly<Record<string, unknown>>;

const TASKS = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';
const BALANCER = 'subnet-0123456789abcdef2,subnet-0123456789abcdef3';
const VPC = 'vpc-0123456789abcdef0';
const EXISTING = { vpcId: VPC, taskSubnetIds: TASKS, loadBalancerSubnetIds: BALANCER };

const ZONE_IDS =
  'zoneIds must be the ids of two or three zones of the region, such as use1-az1,use1-az2, got';
const NETWORK =
  'vpcCidr must be an IPv4 network of /16 to /22, written with its first address, such as 10.20.0.0/16, got';
const KEPT = 'and vpcId are both set, but an existing VPC stays as it is: remove one of them.';

describe('Rejects, in one sentence:', () => {
  test.each<[name: string, context: Context, sentence: string]>([
    ['one zone', { zoneIds: 'use1-az1' }, `${ZONE_IDS} "use1-az1".`],
    [
      'four zones',
      { zoneIds: ['use1-az1', 'use1-az2', 'use1-az4', 'use1-az5'] },
      `${ZONE_IDS} "use1-az1,use1-az2,use1-az4,use1-az5".`,
    ],
    [
      'names of zones',
      { zoneIds: 'us-east-1a,us-east-1b' },
      `${ZONE_IDS} "us-east-1a,us-east-1b".`,
    ],
    [
      'a local zone',
      { zoneIds: 'use1-az1,use1-bos1-az1' },
      `${ZONE_IDS} "use1-az1,use1-bos1-az1".`,
    ],
    [
      'a zone twice',
      { zoneIds: 'use1-az1,use1-az2,use1-az1' },
      'zoneIds contains use1-az1 twice: choose different zones.',
    ],
    ...['use1-az3', 'usw1-az2', 'apne1-az3', 'cac1-az3'].map((id): [string, Context, string] => [
      `the zone ${id}`,
      { zoneIds: [id.replace(/\d$/, '1'), id] },
      `zoneIds contains ${id}, which CloudFront VPC origins or Fargate do not support: choose another zone.`,
    ]),
    [
      'a zone without addresses',
      { zoneIds: 'use1-az1,use1-az7' },
      'zoneIds contains use1-az7, but the network has addresses for az1 to az6 only: choose another zone.',
    ],
    [
      'zones by id and by name',
      { zoneIds: 'use1-az1,use1-az2', availabilityZones: 'us-east-1a,us-east-1b' },
      'zoneIds and availabilityZones are both set: remove availabilityZones.',
    ],
    [
      'one name of a zone',
      { availabilityZones: 'us-east-1a' },
      'availabilityZones must be two availability zones of the region, such as us-east-1a,us-east-1b, got "us-east-1a".',
    ],
    [
      'ids as names of zones',
      { availabilityZones: 'use1-az1,use1-az2' },
      'availabilityZones must be two availability zones of the region, such as us-east-1a,us-east-1b, got "use1-az1,use1-az2".',
    ],
    ...[
      '10.0.0.0/15',
      '10.0.0.0/23',
      '10.0.1.0/16',
      '10.0.0.0',
      '10.0.0/16',
      '010.0.0.0/16',
      '2001:db8::/20',
      '::ffff:10.0.0.0/112',
      '169.254.0.0/16',
      '127.0.0.0/16',
      '239.1.0.0/16',
      'ten',
    ].map((vpcCidr): [string, Context, string] => [
      `the network ${vpcCidr}`,
      { vpcCidr },
      `${NETWORK} "${vpcCidr}".`,
    ]),
    [
      'NAT gateways without NAT',
      { egress: 'public', natGateways: 2 },
      'natGateways is set, but egress is public, which has no NAT: remove one of them.',
    ],
    [
      'more NAT gateways than zones',
      { natGateways: 3 },
      'natGateways must be at most 2, the number of zones, got "3": lower it, or set zoneIds to three zones.',
    ],
    [
      'four NAT gateways',
      { natGateways: 4, zoneIds: 'use1-az1,use1-az2,use1-az4' },
      'natGateways must be a whole number from 1 to 3, got "4".',
    ],
    [
      'a name as VPC',
      { ...EXISTING, vpcId: 'main' },
      'vpcId must be the id of a VPC, such as vpc-0123456789abcdef0, got "main".',
    ],
    [
      'a VPC without subnets for tasks',
      { vpcId: VPC, loadBalancerSubnetIds: BALANCER },
      'vpcId is set without taskSubnetIds: set two or more subnets in different zones.',
    ],
    [
      'a VPC without subnets for the load balancer',
      { vpcId: VPC, taskSubnetIds: TASKS, loadBalancerSubnetIds: [] },
      'vpcId is set without loadBalancerSubnetIds: set two or more subnets in different zones.',
    ],
    [
      'subnets without a VPC',
      { taskSubnetIds: TASKS },
      'taskSubnetIds is set without vpcId: set the VPC of the subnets.',
    ],
    ...['subnet-0123456789abcdef0', 'subnet-0123456789abcdef0,subnet-0123456789abcdef0', 'a,b'].map(
      (taskSubnetIds): [string, Context, string] => [
        `the subnets ${taskSubnetIds}`,
        { ...EXISTING, taskSubnetIds },
        `taskSubnetIds must be the ids of two or more different subnets, such as subnet-0123456789abcdef0,subnet-0123456789abcdef1, got "${taskSubnetIds}".`,
      ],
    ),
    ...Object.entries({
      vpcCidr: '10.1.0.0/16',
      zoneIds: 'use1-az1,use1-az2',
      availabilityZones: 'us-east-1a,us-east-1b',
      natGateways: 1,
    }).map(([name, value]): [string, Context, string] => [
      `${name} with an existing VPC`,
      { ...EXISTING, [name]: value },
      `${name} ${KEPT}`,
    ]),
  ])('%s', (_name, context, sentence) => {
    expect(issuesOf(context)).toEqual([sentence]);
  });
});

const CIDR = '10.0.0.0/16';

describe('Reads', () => {
  test.each<[name: string, context: Context, network: NetworkConfig]>([
    ['the default', {}, { kind: 'new', cidr: CIDR, zones: { kind: 'lookup' } }],
    [
      'zone ids',
      { zoneIds: ' use1-az1, use1-az2 ' },
      { kind: 'new', cidr: CIDR, zones: { kind: 'ids', ids: ['use1-az1', 'use1-az2'] } },
    ],
    [
      'names of zones',
      { availabilityZones: ['us-east-1a', 'us-east-1d'], zoneIds: [] },
      { kind: 'new', cidr: CIDR, zones: { kind: 'names', names: ['us-east-1a', 'us-east-1d'] } },
    ],
    ...['10.20.0.0/16', '10.0.64.0/18', '192.168.252.0/22', '100.64.0.0/16'].map(
      (cidr): [string, Context, NetworkConfig] => [
        `the network ${cidr}`,
        { vpcCidr: cidr },
        { kind: 'new', cidr, zones: { kind: 'lookup' } },
      ],
    ),
    [
      'an existing VPC, whose subnets tasks and load balancer may share',
      { ...EXISTING, loadBalancerSubnetIds: TASKS },
      {
        kind: 'existing',
        vpcId: VPC,
        taskSubnetIds: TASKS.split(','),
        loadBalancerSubnetIds: TASKS.split(','),
      },
    ],
  ])('%s', (_name, context, network) => {
    expect(readConfig(context).network).toEqual(network);
  });

  test('as many NAT gateways as zones', () => {
    const context = { zoneIds: 'use1-az1,use1-az2,use1-az4', natGateways: 3 };
    expect(readConfig(context).egress).toEqual({ kind: 'nat', gateways: 3 });
  });
});
