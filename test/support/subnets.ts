import { parseCidr } from '../../app/src/signals/address/ranges.ts';
import { type SynthesizedStack, target } from './stack.ts';

/** A subnet of a template. */
export interface TemplateSubnet {
  /** The logical id. */
  readonly id: string;
  readonly cidr: string;
  /** The zone: its id, its name, or the attribute of a lookup. */
  readonly zone: unknown;
  /** The type of the default route's target, without `AWS::EC2::`; `none` without a default route. */
  readonly route: string;
  /** The zone of the NAT gateway of the default route. */
  readonly natZone: unknown;
}

interface SubnetProperties {
  readonly CidrBlock: string;
  readonly AvailabilityZone?: unknown;
  readonly AvailabilityZoneId?: string;
}

interface Association {
  readonly RouteTableId: unknown;
  readonly SubnetId: unknown;
}

interface Route {
  readonly RouteTableId: unknown;
  readonly GatewayId?: unknown;
  readonly NatGatewayId?: unknown;
}

/** Returns the subnets of a template with their default routes. */
export function subnetsOf(stack: SynthesizedStack): readonly TemplateSubnet[] {
  const subnets = stack.resources<SubnetProperties>('AWS::EC2::Subnet');
  const zoneOf = (id: string | undefined): unknown => {
    const { AvailabilityZone, AvailabilityZoneId } =
      subnets.find((subnet) => subnet.id === id)?.Properties ?? {};
    return AvailabilityZoneId ?? AvailabilityZone;
  };
  return subnets.map(({ id, Properties: { CidrBlock } }) => {
    const gateway = stack.resources().find((each) => each.id === defaultRoute(stack, id));
    const isNat = gateway?.Type === 'AWS::EC2::NatGateway';
    return {
      id,
      cidr: CidrBlock,
      zone: zoneOf(id),
      route: gateway?.Type.replace('AWS::EC2::', '') ?? 'none',
      natZone: isNat ? zoneOf(target(gateway.Properties.SubnetId)) : undefined,
    };
  });
}

/** Returns the logical id of the target of a subnet's only route. */
function defaultRoute(stack: SynthesizedStack, subnet: string): string | undefined {
  const tables = stack
    .resources<Association>('AWS::EC2::SubnetRouteTableAssociation')
    .filter(({ Properties }) => target(Properties.SubnetId) === subnet)
    .map(({ Properties }) => target(Properties.RouteTableId));
  const routes = stack
    .resources<Route>('AWS::EC2::Route')
    .filter(({ Properties }) => tables.includes(target(Properties.RouteTableId)));
  if (tables.length !== 1 || routes.length > 1) {
    throw new Error(`Expected one route table with at most one route for ${subnet}.`);
  }
  return routes.map(({ Properties }) => target(Properties.GatewayId ?? Properties.NatGatewayId))[0];
}

/** Returns the pairs of CIDRs that overlap. */
export function overlaps(cidrs: readonly string[]): readonly (readonly [string, string])[] {
  return cidrs.flatMap((one, index) =>
    cidrs
      .slice(index + 1)
      .filter((other) => contains(one, other) || contains(other, one))
      .map((other) => [one, other] as const),
  );
}

/** Returns whether a CIDR contains another one. */
export function contains(outer: string, inner: string): boolean {
  const [large, small] = [parseCidr(outer), parseCidr(inner)];
  if (large === undefined || small === undefined) throw new Error('Expected CIDRs.');
  return large.first <= small.first && small.last <= large.last;
}
