import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type Route,
  type RouteTable,
  type Subnet,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { codeOf, deniedAction } from '../../app/tools/aws/aws-error.ts';

/** An existing VPC as EC2 describes it. */
export interface ExistingNetwork {
  readonly vpc: Vpc;
  /** Undefined if the account may not see it, as in a VPC that is shared with it. */
  readonly resolvesNames: boolean | undefined;
  /** As above. */
  readonly hasInternetGateway: boolean | undefined;
  readonly subnets: readonly Subnet[];
  readonly routeTables: readonly RouteTable[];
}

/**
 * Reads a VPC and those of the subnets that exist.
 *
 * @returns undefined if the VPC does not exist.
 */
export async function readNetwork(
  ec2: EC2Client,
  vpcId: string,
  subnetIds: readonly string[],
): Promise<ExistingNetwork | undefined> {
  const vpc = await findVpc(ec2, vpcId);
  if (vpc === undefined) return undefined;
  const inVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  const attached = { Filters: [{ Name: 'attachment.vpc-id', Values: [vpcId] }] };
  // By filter: an id in the request that does not exist would be an error.
  const wanted = { Filters: [{ Name: 'subnet-id', Values: [...subnetIds] }] };
  const [dns, gateways, subnets, tables] = await Promise.all([
    unlessDenied(
      ec2.send(new DescribeVpcAttributeCommand({ VpcId: vpcId, Attribute: 'enableDnsSupport' })),
    ),
    unlessDenied(ec2.send(new DescribeInternetGatewaysCommand(attached))),
    ec2.send(new DescribeSubnetsCommand(wanted)),
    ec2.send(new DescribeRouteTablesCommand(inVpc)),
  ]);
  return {
    vpc,
    resolvesNames: dns?.EnableDnsSupport?.Value,
    hasInternetGateway: gateways && (gateways.InternetGateways?.length ?? 0) > 0,
    subnets: subnets.Subnets ?? [],
    routeTables: tables.RouteTables ?? [],
  };
}

async function unlessDenied<T>(response: Promise<T>): Promise<T | undefined> {
  try {
    return await response;
  } catch (cause) {
    if (deniedAction(cause) !== undefined) return undefined;
    throw cause;
  }
}

async function findVpc(ec2: EC2Client, vpcId: string): Promise<Vpc | undefined> {
  try {
    const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [vpcId] }));
    return Vpcs[0];
  } catch (cause) {
    if (codeOf(cause) === 'InvalidVpcID.NotFound') return undefined;
    throw cause;
  }
}

/** Where the default route of a subnet leads. */
export type DefaultRoute =
  | 'internet-gateway'
  /** NAT, a transit gateway, an appliance. */
  | 'other'
  /** To something that was deleted. */
  | 'blackhole'
  | 'none'
  /** The route table cannot be seen. */
  | 'unknown';

/** Returns the default route of a subnet, from its own route table or the main one of the VPC. */
export function defaultRoute({ routeTables }: ExistingNetwork, { SubnetId }: Subnet): DefaultRoute {
  const table =
    routeTables.find(({ Associations = [] }) =>
      Associations.some((each) => each.SubnetId === SubnetId),
    ) ?? routeTables.find(({ Associations = [] }) => Associations.some(({ Main = false }) => Main));
  if (table === undefined) return 'unknown';
  const route: Route | undefined = table.Routes?.find(
    ({ DestinationCidrBlock }) => DestinationCidrBlock === '0.0.0.0/0',
  );
  if (route === undefined) return 'none';
  if (route.State === 'blackhole') return 'blackhole';
  return route.GatewayId?.startsWith('igw-') ? 'internet-gateway' : 'other';
}

/** Returns those of the subnets that exist. */
export function subnetsOf({ subnets }: ExistingNetwork, ids: readonly string[]): readonly Subnet[] {
  return ids.flatMap((id) => subnets.find(({ SubnetId }) => SubnetId === id) ?? []);
}
