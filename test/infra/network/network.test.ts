import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { EXCLUDED_ZONE_IDS, USABLE_ZONE_IDS } from '../../../infra/network/zones.ts';
import {
  type Configuration,
  MODES,
  type Resource,
  type SynthesizedStack,
  synthesize,
  target,
} from '../../support/stack.ts';

interface Rule {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
}

interface RuleProperties {
  readonly GroupId?: unknown;
  readonly SourceSecurityGroupId?: unknown;
  readonly DestinationSecurityGroupId?: unknown;
  readonly SourcePrefixListId?: unknown;
  readonly CidrIp?: string;
  readonly IpProtocol: string;
  readonly FromPort?: number;
  readonly ToPort?: number;
}

interface Group {
  readonly SecurityGroupIngress?: readonly RuleProperties[];
  readonly SecurityGroupEgress?: readonly RuleProperties[];
}

const LOAD_BALANCER = 'AWS::ElasticLoadBalancingV2::LoadBalancer';

/** Returns every security group rule, inline or separate, with its source and destination by role. */
function rulesOf(stack: SynthesizedStack): { readonly in: Rule[]; readonly out: Rule[] } {
  const balancer = target(
    stack.only<{ SecurityGroups: unknown[] }>(LOAD_BALANCER).Properties.SecurityGroups[0],
  );
  const groups = stack.resources<Group>('AWS::EC2::SecurityGroup');
  expect(groups).toHaveLength(2);
  const role = (id: string | undefined) => (id === balancer ? 'load balancer' : 'tasks');
  const end = (rule: RuleProperties) => {
    const group = target(rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId);
    if (group !== undefined) return role(group);
    if (rule.SourcePrefixListId !== undefined) return 'CloudFront';
    return String(rule.CidrIp);
  };
  const ports = (rule: RuleProperties) =>
    `${rule.IpProtocol} ${rule.FromPort}${rule.ToPort === rule.FromPort ? '' : `-${rule.ToPort}`}`;
  const ingress = (id: string | undefined, rule: RuleProperties): Rule => ({
    from: end(rule),
    to: role(id),
    ports: ports(rule),
  });
  const egress = (id: string | undefined, rule: RuleProperties): Rule => ({
    from: role(id),
    to: end(rule),
    ports: ports(rule),
  });
  const separate = (type: string) => stack.resources<RuleProperties>(type);
  return {
    in: [
      ...groups.flatMap(({ id, Properties: { SecurityGroupIngress = [] } }) =>
        SecurityGroupIngress.map((rule) => ingress(id, rule)),
      ),
      ...separate('AWS::EC2::SecurityGroupIngress').map(({ Properties: rule }) =>
        ingress(target(rule.GroupId), rule),
      ),
    ],
    out: [
      ...groups.flatMap(({ id, Properties: { SecurityGroupEgress = [] } }) =>
        SecurityGroupEgress.map((rule) => egress(id, rule)),
      ),
      ...separate('AWS::EC2::SecurityGroupEgress').map(({ Properties: rule }) =>
        egress(target(rule.GroupId), rule),
      ),
    ],
  };
}

interface ServiceNetwork {
  readonly NetworkConfiguration: {
    readonly AwsvpcConfiguration: {
      readonly AssignPublicIp: string;
      readonly SecurityGroups: unknown[];
      readonly Subnets: unknown[];
    };
  };
}

interface Subnet {
  readonly AvailabilityZone: unknown;
  readonly MapPublicIpOnLaunch: boolean;
}

interface Route {
  readonly RouteTableId: unknown;
  readonly DestinationCidrBlock: string;
  readonly GatewayId?: unknown;
  readonly NatGatewayId?: unknown;
}

interface Association {
  readonly RouteTableId: unknown;
  readonly SubnetId: unknown;
}

const networkOf = (stack: SynthesizedStack) =>
  stack.only<ServiceNetwork>('AWS::ECS::Service').Properties.NetworkConfiguration
    .AwsvpcConfiguration;

function routeTableOf(stack: SynthesizedStack, subnet: string | undefined): string | undefined {
  const association = stack
    .resources<Association>('AWS::EC2::SubnetRouteTableAssociation')
    .find(({ Properties }) => target(Properties.SubnetId) === subnet);
  return target(association?.Properties.RouteTableId);
}

/** Returns the type of the target of a subnet's default route. */
function defaultRouteTarget(stack: SynthesizedStack, subnet: string | undefined): string {
  const table = routeTableOf(stack, subnet);
  const routes = stack
    .resources<Route>('AWS::EC2::Route')
    .filter(({ Properties }) => target(Properties.RouteTableId) === table)
    .map(({ Properties: { NatGatewayId, GatewayId } }) => target(NatGatewayId ?? GatewayId));
  const types = routes.map((id) => stack.resources().find((each) => each.id === id)?.Type);
  return types.join() || 'none';
}

const IS_PUBLIC = /public$/;

describe.each(MODES)('With %s', (mode) => {
  const stack = () => synthesize(mode);
  const hasPublicTasks = IS_PUBLIC.test(mode);
  const hasCloudFront = mode.startsWith('cloudfront');

  test('tasks have the configured egress, in two zones', () => {
    const { AssignPublicIp, Subnets } = networkOf(stack());
    const ids = Subnets.map(target);
    const subnets = ids.map((id) =>
      stack()
        .resources<Subnet>('AWS::EC2::Subnet')
        .find((subnet) => subnet.id === id),
    );
    expect(AssignPublicIp).toBe(hasPublicTasks ? 'ENABLED' : 'DISABLED');
    expect(ids.map((id) => defaultRouteTarget(stack(), id))).toEqual(
      Array(2).fill(hasPublicTasks ? 'AWS::EC2::InternetGateway' : 'AWS::EC2::NatGateway'),
    );
    const zones = subnets.map((subnet) => JSON.stringify(subnet?.Properties.AvailabilityZone));
    expect(new Set(zones).size).toBe(2);
  });

  test('no subnet assigns public addresses by default', () => {
    const subnets = stack().resources<Subnet>('AWS::EC2::Subnet');
    expect(subnets).toHaveLength(4);
    expect(subnets.filter(({ Properties }) => Properties.MapPublicIpOnLaunch)).toEqual([]);
  });

  test('tasks accept connections from the load balancer only, and open HTTPS connections only', () => {
    const rules = rulesOf(stack());
    expect(rules.in.filter(({ to }) => to === 'tasks')).toEqual([
      { from: 'load balancer', to: 'tasks', ports: 'tcp 3000' },
    ]);
    expect(rules.out.filter(({ from }) => from === 'tasks')).toEqual([
      { from: 'tasks', to: '0.0.0.0/0', ports: 'tcp 443' },
    ]);
    const { SecurityGroups } = networkOf(stack());
    expect(SecurityGroups).toHaveLength(1);
  });

  test('the load balancer listens on one port and connects to tasks only', () => {
    const rules = rulesOf(stack());
    expect(rules.in.filter(({ to }) => to === 'load balancer')).toEqual([
      hasCloudFront
        ? { from: 'CloudFront', to: 'load balancer', ports: 'tcp 80' }
        : { from: '0.0.0.0/0', to: 'load balancer', ports: 'tcp 443' },
    ]);
    expect(rules.out.filter(({ from }) => from === 'load balancer')).toEqual([
      { from: 'load balancer', to: 'tasks', ports: 'tcp 3000' },
    ]);
  });

  test('the load balancer is in public subnets only if it is public', () => {
    const { Properties } = stack().only<{ Scheme: string; Subnets: unknown[] }>(LOAD_BALANCER);
    const routes = Properties.Subnets.map((subnet) => defaultRouteTarget(stack(), target(subnet)));
    expect(Properties.Scheme).toBe(hasCloudFront ? 'internal' : 'internet-facing');
    expect(routes).toHaveLength(2);
    expect(routes.every((route) => route === 'AWS::EC2::InternetGateway')).toBe(!hasCloudFront);
  });

  test('DynamoDB and S3 are reached through gateway endpoints', () => {
    const endpoints = stack().resources<{ ServiceName: unknown; RouteTableIds: unknown[] }>(
      'AWS::EC2::VPCEndpoint',
    );
    const tables = networkOf(stack()).Subnets.map((subnet) =>
      routeTableOf(stack(), target(subnet)),
    );
    for (const service of ['.dynamodb', '.s3']) {
      const endpoint = endpoints.find(({ Properties }) =>
        JSON.stringify(Properties.ServiceName).includes(`"${service}"`),
      );
      expect(endpoint?.Properties.RouteTableIds.map(target)).toEqual(
        expect.arrayContaining(tables),
      );
    }
  });

  test('tasks start after their default route exists', () => {
    const { DependsOn } = stack().only('AWS::ECS::Service');
    const tables = networkOf(stack()).Subnets.map((subnet) =>
      routeTableOf(stack(), target(subnet)),
    );
    const routes = stack()
      .resources<Route>('AWS::EC2::Route')
      .filter(({ Properties }) => tables.includes(target(Properties.RouteTableId)))
      .map(({ id }) => id);
    expect(routes).toHaveLength(2);
    expect(DependsOn).toEqual(expect.arrayContaining(routes));
  });

  test('all traffic of the network is logged', () => {
    const { Properties } = stack().only<Record<string, unknown>>('AWS::EC2::FlowLog');
    expect(Properties).toMatchObject({ ResourceType: 'VPC', TrafficType: 'ALL' });
    expect(target(Properties.ResourceId)).toBe(stack().only('AWS::EC2::VPC').id);
    const group = target(Properties.LogGroupName);
    expect(
      stack()
        .resources('AWS::Logs::LogGroup')
        .map(({ id }) => id),
    ).toContain(group);
  });
});

test.each<[name: string, configuration: Configuration, gateways: number]>([
  ['one NAT gateway by default', 'cloudfront, egress nat', 1],
  ['one NAT gateway per zone if configured', 'two NAT gateways', 2],
  ['no NAT gateway if tasks are public', 'cloudfront, egress public', 0],
])('There is %s', (_, configuration, gateways) => {
  expect(synthesize(configuration).resources('AWS::EC2::NatGateway')).toHaveLength(gateways);
});

test('With two NAT gateways, each zone routes to a different one', () => {
  const stack = synthesize('two NAT gateways');
  const gateways = stack
    .resources<Route>('AWS::EC2::Route')
    .flatMap(({ Properties }) => target(Properties.NatGatewayId) ?? []);
  expect(new Set(gateways).size).toBe(2);
});

interface Zones {
  readonly Subnets: readonly string[];
  readonly ZoneIds?: unknown;
  readonly ExcludedZoneIds: readonly string[];
}

test.each<Configuration>([
  'cloudfront, egress nat',
  'certificate, egress public',
  'in ap-southeast-6',
])('With %s, both subnets of a pair are in the same zone, which is looked up', (configuration) => {
  const stack = synthesize(configuration);
  const { id, Properties } = stack.only<Zones>('Custom::Zones');
  const subnets = stack.resources<Subnet>('AWS::EC2::Subnet');
  const zoneOf = new Map(subnets.map((each) => [each.id, each.Properties.AvailabilityZone]));
  for (const [index, first] of Properties.Subnets.entries()) {
    const zone = { 'Fn::GetAtt': [id, `Zone${index + 1}`] };
    expect(zoneOf.get(first)).toEqual(zone);
    expect([...zoneOf.values()].filter((each) => isDeepStrictEqual(each, zone))).toHaveLength(2);
  }
  expect(Properties.ExcludedZoneIds).toEqual(EXCLUDED_ZONE_IDS);
});

test('The zones to choose from are mapped by region; a region that the mapping lacks has no list', () => {
  const { Mappings } = JSON.parse(synthesize().text);
  const ids = Object.values<Record<string, { Ids: string[] }>>(Mappings).flatMap((mapping) =>
    Object.values(mapping).map((row) => row.Ids),
  );
  expect(ids).toEqual(Object.values(USABLE_ZONE_IDS));
  expect(Object.keys(USABLE_ZONE_IDS)).toHaveLength(33);
  expect(ids.filter((each) => each.length < 2)).toEqual([]);
  expect(ids.flat().filter((each) => EXCLUDED_ZONE_IDS.includes(each))).toEqual([]);
  expect(synthesize().only<Zones>('Custom::Zones').Properties.ZoneIds).toEqual({
    'Fn::FindInMap': [Object.keys(Mappings)[0], { Ref: 'AWS::Region' }, 'Ids'],
  });
  const elsewhere = synthesize('in ap-southeast-6').only<Zones>('Custom::Zones');
  expect(elsewhere.Properties.ZoneIds).toBeUndefined();
});

const OLD = new URL('../../deploy/data/0.1.0/', import.meta.url);

/** Properties of a network that replace the resource when they change. */
const PLACE = ['CidrBlock', 'VpcId', 'SubnetId', 'RouteTableId', 'GroupDescription', 'ServiceName'];

test.each(MODES)('With %s, the network of 0.1.0 keeps its logical ids and addresses', (mode) => {
  const name = mode.replace('egress nat', '').replace('egress public', 'public-egress');
  const file = new URL(`${name.replaceAll(/\W+/g, '-').replace(/-$/, '')}.json`, OLD);
  const before: Record<string, Resource> = JSON.parse(readFileSync(file, 'utf8')).Resources;
  const after = new Map(
    synthesize(mode)
      .resources()
      .map((each) => [each.id, each]),
  );
  const network = Object.entries(before).filter(([, { Type }]) => Type.startsWith('AWS::EC2::'));
  expect(network.length).toBeGreaterThan(20);
  for (const [id, { Type, Properties = {} }] of network) {
    const place = Object.fromEntries(PLACE.map((property) => [property, Properties[property]]));
    expect({ id, ...after.get(id) }).toMatchObject({
      id,
      Type,
      Properties: JSON.parse(JSON.stringify(place)),
    });
  }
});

test('Configured zones are used, because CloudFront does not support every zone', () => {
  const zones = synthesize('configured zones')
    .resources('AWS::EC2::Subnet')
    .map(({ Properties }) => Properties.AvailabilityZone);
  expect([...new Set(zones)].sort()).toEqual(['us-east-1b', 'us-east-1d']);
});

test('Tasks may connect to the configured port of an issuer of access tokens', () => {
  const { out } = rulesOf(synthesize('an issuer at port 9443'));
  expect(out.filter(({ from }) => from === 'tasks').map(({ ports }) => ports)).toEqual([
    'tcp 443',
    'tcp 9443',
  ]);
});
