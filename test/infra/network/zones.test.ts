import { isZoneOfRegion } from '../../../infra/network/zones.ts';
import {
  type Configuration,
  type SynthesizedStack,
  synthesize,
  target,
} from '../../support/stack.ts';
import { contains, overlaps, subnetsOf, type TemplateSubnet } from '../../support/subnets.ts';

const DEFAULT: Configuration = 'cloudfront, egress nat';

test.each<[configuration: Configuration, zones: string[], nat: string[]]>([
  ['zones az1 and az2', ['use1-az1', 'use1-az2'], ['use1-az1', 'use1-az1']],
  ['zones az2 and az4', ['use1-az2', 'use1-az4'], ['use1-az2', 'use1-az2']],
  ['three zones', ['use1-az1', 'use1-az2', 'use1-az4'], ['use1-az1', 'use1-az1', 'use1-az1']],
  [
    'three zones, three NAT gateways',
    ['use1-az1', 'use1-az2', 'use1-az4'],
    ['use1-az1', 'use1-az2', 'use1-az4'],
  ],
  ['zones by id, certificate, egress public', ['use1-az5', 'use1-az6'], []],
])('With %s, each zone has a public and a private subnet, placed by id', (name, zones, nat) => {
  const stack = synthesize(name);
  const subnets = subnetsOf(stack);
  const publicOnes = subnets.filter(({ route }) => route === 'InternetGateway');
  const privateOnes = subnets.filter(({ route }) => route !== 'InternetGateway');
  expect(publicOnes.map(({ zone }) => zone)).toEqual(zones);
  expect(privateOnes.map(({ zone }) => zone)).toEqual(zones);
  expect(privateOnes.flatMap(({ natZone }) => natZone ?? [])).toEqual(nat);
  expect(stack.text).not.toContain('"AvailabilityZone":');
  expect(stack.resources('Custom::Zones')).toEqual([]);
  expect(stack.resources('AWS::EC2::NatGateway')).toHaveLength(new Set(nat).size);
  expect(stack.resources('AWS::EC2::EIP')).toHaveLength(new Set(nat).size);
});

test.each<[configuration: Configuration, network: string]>([
  [DEFAULT, '10.0.0.0/16'],
  ['three zones', '10.0.0.0/16'],
  ['a small network', '10.20.4.0/22'],
  ['a small network, zones by id', '10.20.4.0/22'],
])('With %s, the subnets are in %s, do not overlap, and fit a load balancer', (name, network) => {
  const stack = synthesize(name);
  const cidrs = subnetsOf(stack).map(({ cidr }) => cidr);
  expect(stack.only<{ CidrBlock: string }>('AWS::EC2::VPC').Properties.CidrBlock).toBe(network);
  expect(cidrs.filter((cidr) => !contains(network, cidr))).toEqual([]);
  expect(overlaps(cidrs)).toEqual([]);
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
  expect(cidrs.filter((cidr) => Number(cidr.split('/')[1]) > 27)).toEqual([]);
});

describe.each<[before: Configuration, after: Configuration, common: string[]]>([
  [DEFAULT, 'zones az1 and az2', []],
  ['zones az1 and az2', 'zones az2 and az4', ['use1-az2']],
  ['zones az2 and az4', 'zones az1 and az2', ['use1-az2']],
  ['zones az1 and az2', 'three zones', ['use1-az1', 'use1-az2']],
  ['zones az2 and az4', DEFAULT, []],
  ['zones az1 and az2', 'zones by id, certificate, egress public', []],
  ['a small network', 'a small network, zones by id', []],
])('A change from %s to %s', (before, after, common) => {
  const [old, now] = [synthesize(before), synthesize(after)];

  test('keeps the subnets of the common zones, with their ids and CIDRs', () => {
    const kept = subnetsOf(now).filter(({ id }) => subnetsOf(old).some((each) => each.id === id));
    expect(kept.map(place)).toEqual(
      subnetsOf(old)
        .filter(({ zone }) => common.includes(String(zone)))
        .map(place),
    );
    expect(new Set(kept.map(({ zone }) => zone))).toEqual(new Set(common));
  });

  test('creates no subnet whose addresses another subnet has until it is removed', () => {
    const all = new Map([...subnetsOf(old), ...subnetsOf(now)].map((each) => [each.id, each.cidr]));
    expect(overlaps([...all.values()])).toEqual([]);
  });

  test('keeps the VPC, its internet gateway and its endpoints', () => {
    for (const type of ['VPC', 'InternetGateway', 'VPCGatewayAttachment', 'VPCEndpoint']) {
      const ids = (stack: SynthesizedStack) =>
        stack.resources(`AWS::EC2::${type}`).map(({ id }) => id);
      expect(ids(now)).toEqual(ids(old));
    }
  });

  test('replaces no default route: a route table belongs to one subnet', () => {
    const tables = (stack: SynthesizedStack) =>
      new Map(
        stack
          .resources<{ SubnetId: unknown; RouteTableId: unknown }>(
            'AWS::EC2::SubnetRouteTableAssociation',
          )
          .map(({ id, Properties }) => [
            id,
            [target(Properties.SubnetId), target(Properties.RouteTableId)],
          ]),
      );
    for (const [id, ends] of tables(now)) {
      expect(tables(old).get(id) ?? ends).toEqual(ends);
    }
  });
});

test.each<[zoneId: string, region: string, isInRegion: boolean]>([
  ['use1-az1', 'us-east-1', true],
  ['use1-az1', 'us-east-2', false],
  ['euw1-az1', 'us-east-1', false],
  ['use9-az1', 'us-east-1', false],
  ['aps1-az1', 'ap-south-1', true],
  ['aps1-az1', 'ap-southeast-1', false],
  ['apse6-az1', 'ap-southeast-6', true],
  ['use1-az1', 'ap-southeast-6', false],
])('The zone %s is in %s: %s', (zoneId, region, isInRegion) => {
  expect(isZoneOfRegion(zoneId, region)).toBe(isInRegion);
});

const place = ({ id, cidr, zone }: TemplateSubnet) => ({ id, cidr, zone });
