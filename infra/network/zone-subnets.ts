import {
  CfnInternetGateway,
  type CfnSubnet,
  CfnVPCGatewayAttachment,
  PrivateSubnet,
  PublicSubnet,
  RouterType,
  type Subnet,
  type Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { subnetsOfZone } from './address-plan.ts';

export interface ZoneSubnetsProps {
  readonly cidr: string;
  readonly zoneIds: readonly string[];
  /** At most one in each zone, in the order of the zones. */
  readonly natGateways: number;
}

/**
 * Creates a public and a private subnet in each zone. Their ids and CIDRs derive from the zone's id alone, so that other
 * zones can be added and removed later.
 */
export function createZoneSubnets(
  vpc: Vpc,
  { cidr, zoneIds, natGateways }: ZoneSubnetsProps,
): { readonly publicSubnets: PublicSubnet[]; readonly privateSubnets: PrivateSubnet[] } {
  const addGateway = internetGateway(vpc);
  const zones = zoneIds.map((zoneId) => {
    const cidrs = subnetsOfZone(cidr, zoneId);
    const common = { vpcId: vpc.vpcId, availabilityZone: zoneId, mapPublicIpOnLaunch: false };
    const publicSubnet = new PublicSubnet(vpc, `Public-${zoneId}`, {
      ...common,
      cidrBlock: cidrs.public,
    });
    const privateSubnet = new PrivateSubnet(vpc, `Private-${zoneId}`, {
      ...common,
      cidrBlock: cidrs.private,
    });
    for (const subnet of [publicSubnet, privateSubnet]) placeInZone(subnet, zoneId);
    addGateway(publicSubnet);
    return { publicSubnet, privateSubnet };
  });
  const gateways = zones
    .slice(0, natGateways)
    .map(({ publicSubnet }) => publicSubnet.addNatGateway());
  for (const [index, { privateSubnet }] of zones.entries()) {
    const gateway = gateways[index % gateways.length];
    if (gateway === undefined) continue;
    privateSubnet.addRoute('DefaultRoute', {
      routerType: RouterType.NAT_GATEWAY,
      routerId: gateway.ref,
      enablesInternetConnectivity: true,
    });
  }
  return {
    publicSubnets: zones.map(({ publicSubnet }) => publicSubnet),
    privateSubnets: zones.map(({ privateSubnet }) => privateSubnet),
  };
}

/**
 * Creates the internet gateway, and returns a function that routes a subnet to it. The ids are those that CDK gives the
 * gateway of a network with default subnets: a VPC has only one, so another id could not replace it.
 */
function internetGateway(vpc: Vpc): (subnet: PublicSubnet) => void {
  const gateway = new CfnInternetGateway(vpc, 'IGW');
  const attachment = new CfnVPCGatewayAttachment(vpc, 'VPCGW', {
    internetGatewayId: gateway.ref,
    vpcId: vpc.vpcId,
  });
  return (subnet) => subnet.addDefaultInternetRoute(gateway.ref, attachment);
}

/** CDK has no property for the id of a zone. */
function placeInZone(subnet: Subnet, zoneId: string): void {
  const resource = subnet.node.findChild('Subnet') as CfnSubnet;
  resource.addPropertyDeletionOverride('AvailabilityZone');
  resource.availabilityZoneId = zoneId;
}
