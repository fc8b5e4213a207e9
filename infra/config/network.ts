import { isSet } from '../../app/src/config/options.ts';
import type { StackOptions } from './option-table.ts';

/** In which zones the stack creates its subnets. */
export type ZoneConfig =
  /** In two zones that are looked up when the stack is created. */
  | { readonly kind: 'lookup' }
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'ids'; readonly ids: readonly string[] };

/** The network of the tasks and the load balancer. */
export type NetworkConfig =
  | { readonly kind: 'new'; readonly cidr: string; readonly zones: ZoneConfig }
  /** A VPC of the operator: the stack creates only security groups in it. */
  | {
      readonly kind: 'existing';
      readonly vpcId: string;
      readonly taskSubnetIds: readonly string[];
      readonly loadBalancerSubnetIds: readonly string[];
    };

type Values = Readonly<Record<string, unknown>>;

const SUBNET_OPTIONS = ['taskSubnetIds', 'loadBalancerSubnetIds'] as const;

/**
 * Returns an issue for each conflict between the options of the network.
 *
 * @param values raw values: an option that is set but invalid has an issue already.
 */
export function checkNetwork(options: Partial<StackOptions>, values: Values): readonly string[] {
  if (isSet(values.vpcId)) return checkExisting(values);
  return [
    ...SUBNET_OPTIONS.filter((name) => isListSet(values[name])).map(
      (name) => `${name} is set without vpcId: set the VPC of the subnets.`,
    ),
    ...checkZones(values),
    ...checkGateways(options),
  ];
}

/** Options of a network that the stack creates. */
const NEW_NETWORK = ['vpcCidr', 'zoneIds', 'availabilityZones', 'natGateways'];

function checkExisting(values: Values): readonly string[] {
  return [
    ...SUBNET_OPTIONS.filter((name) => !isListSet(values[name])).map(
      (name) => `vpcId is set without ${name}: set two or more subnets in different zones.`,
    ),
    ...NEW_NETWORK.filter((name) => isListSet(values[name])).map(
      (name) =>
        `${name} and vpcId are both set, but an existing VPC stays as it is: remove one of them.`,
    ),
  ];
}

function checkZones(values: Values): readonly string[] {
  if (!isListSet(values.zoneIds) || !isListSet(values.availabilityZones)) return [];
  return ['zoneIds and availabilityZones are both set: remove availabilityZones.'];
}

function checkGateways({ egress, natGateways, zoneIds }: Partial<StackOptions>): readonly string[] {
  if (natGateways === undefined) return [];
  if (egress === 'public') {
    return ['natGateways is set, but egress is public, which has no NAT: remove one of them.'];
  }
  const zones = zoneIds === undefined || zoneIds.length === 0 ? 2 : zoneIds.length;
  if (natGateways <= zones) return [];
  return [
    `natGateways must be at most ${zones}, the number of zones, got "${natGateways}": lower it, or set zoneIds to three zones.`,
  ];
}

/** An empty list counts as not set. */
function isListSet(value: unknown): boolean {
  return isSet(value) && !(Array.isArray(value) && value.length === 0);
}

/** Returns the network of options without conflicts. */
export function toNetwork({
  vpcId,
  taskSubnetIds,
  loadBalancerSubnetIds,
  vpcCidr: cidr,
  zoneIds: ids,
  availabilityZones: names,
}: Pick<
  StackOptions,
  (typeof SUBNET_OPTIONS)[number] | 'vpcId' | 'vpcCidr' | 'zoneIds' | 'availabilityZones'
>): NetworkConfig {
  if (vpcId !== undefined) return { kind: 'existing', vpcId, taskSubnetIds, loadBalancerSubnetIds };
  if (ids.length > 0) return { kind: 'new', cidr, zones: { kind: 'ids', ids } };
  if (names.length > 0) return { kind: 'new', cidr, zones: { kind: 'names', names } };
  return { kind: 'new', cidr, zones: { kind: 'lookup' } };
}
