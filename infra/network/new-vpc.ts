import { RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import {
  type CfnSubnet,
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct, IConstruct } from 'constructs';
import { ConfigError } from '../../app/src/config/options.ts';
import type { ZoneConfig } from '../config/network.ts';
import type { Lookup } from '../lookup.ts';
import { subnetSizes } from './address-plan.ts';
import { createZoneSubnets } from './zone-subnets.ts';
import { isZoneOfRegion } from './zones.ts';

export interface NewVpcProps {
  readonly cidr: string;
  readonly zones: ZoneConfig;
  /** Zero: private subnets have no route to the internet. */
  readonly natGateways: number;
  readonly lookup: Lookup;
  readonly logRetention: RetentionDays;
}

export interface NewVpc {
  readonly vpc: Vpc;
  /** With a route to the internet gateway. */
  readonly publicSubnets: readonly ISubnet[];
  readonly privateSubnets: readonly ISubnet[];
}

/**
 * Creates a VPC with a public and a private subnet in each zone. DynamoDB and S3 are reached through gateway endpoints, so
 * that cached addresses do not depend on NAT.
 *
 * @throws ConfigError if a zone is not in the region of the stack.
 */
export function createVpc(scope: Construct, props: NewVpcProps): NewVpc {
  const { zones, logRetention } = props;
  checkRegion(zones, Stack.of(scope).region);
  const network =
    zones.kind === 'ids'
      ? vpcInZones(scope, props, zones.ids)
      : vpcWithDefaultSubnets(scope, props, zones.kind === 'names' ? zones.names : undefined);
  const { vpc, ...subnets } = network;
  // CDK knows only the subnets that it creates itself.
  const where = zones.kind === 'ids' && { subnets: Object.values(subnets).map(selection) };
  vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB, ...where });
  vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3, ...where });
  const flowLog = vpc.addFlowLog('FlowLog', {
    destination: FlowLogDestination.toCloudWatchLogs(
      new LogGroup(scope, 'FlowLogs', {
        retention: logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    ),
  });
  for (const named of [vpc, flowLog, ...Object.values(subnets).flat()]) nameByStack(named);
  return network;
}

/** Puts the stack's name into the tag `Name`, which CDK starts with the id of the stack, the same in all environments. */
function nameByStack(construct: IConstruct): void {
  const [, ...path] = construct.node.path.split('/');
  Tags.of(construct).add('Name', [Stack.of(construct).stackName, ...path].join('/'));
}

const selection = (subnets: readonly ISubnet[]): SubnetSelection => ({ subnets: [...subnets] });

function checkRegion(zones: ZoneConfig, region: string): void {
  const [option, wrong] =
    zones.kind === 'ids'
      ? ['zoneIds', zones.ids.find((id) => !isZoneOfRegion(id, region))]
      : zones.kind === 'names'
        ? ['availabilityZones', zones.names.find((name) => name.slice(0, -1) !== region)]
        : [];
  if (wrong === undefined) return;
  throw new ConfigError(
    `${option} contains ${wrong}, which is not in ${region}, the region of the stack: choose zones of that region.`,
  );
}

function vpcInZones(
  scope: Construct,
  { cidr, natGateways }: NewVpcProps,
  zoneIds: readonly string[],
): NewVpc {
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    subnetConfiguration: [],
    natGateways: 0,
  });
  return { vpc, ...createZoneSubnets(vpc, { cidr, zoneIds, natGateways }) };
}

/** Creates the two pairs of subnets that 0.1.0 had. Without names of zones, the zones are looked up. */
function vpcWithDefaultSubnets(
  scope: Construct,
  { cidr, natGateways, lookup }: NewVpcProps,
  zoneNames: readonly string[] | undefined,
): NewVpc {
  const subnetType =
    natGateways === 0 ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
  const sizes = subnetSizes(cidr);
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    ...(zoneNames === undefined ? { maxAzs: 2 } : { availabilityZones: [...zoneNames] }),
    natGateways,
    subnetConfiguration: [
      {
        name: 'Public',
        subnetType: SubnetType.PUBLIC,
        cidrMask: sizes.public,
        mapPublicIpOnLaunch: false,
      },
      { name: 'Private', subnetType, cidrMask: sizes.private },
    ],
  });
  const { publicSubnets } = vpc;
  const privateSubnets = vpc.selectSubnets({ subnetType }).subnets;
  if (zoneNames === undefined) placeSubnets(lookup, publicSubnets, privateSubnets);
  return { vpc, publicSubnets, privateSubnets };
}

/** Places the subnets into the zones that are looked up. Those of an existing stack stay where they are. */
function placeSubnets(
  lookup: Lookup,
  publicSubnets: readonly ISubnet[],
  privateSubnets: readonly ISubnet[],
): void {
  const ids = privateSubnets.map((subnet) => {
    const { logicalId, stack } = resourceOf(subnet);
    return String(stack.resolve(logicalId));
  });
  for (const [index, zone] of lookup.zones(ids).entries()) {
    for (const subnet of [publicSubnets[index], privateSubnets[index]]) {
      if (subnet !== undefined) resourceOf(subnet).availabilityZone = zone;
    }
  }
}

function resourceOf(subnet: ISubnet): CfnSubnet {
  return subnet.node.findChild('Subnet') as CfnSubnet;
}
