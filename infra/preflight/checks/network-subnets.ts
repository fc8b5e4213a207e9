import type { Subnet } from '@aws-sdk/client-ec2';
import { error, type Finding, warning } from '../../../app/tools/findings/finding.ts';
import type { Config } from '../../config/config.ts';
import { type DefaultRoute, defaultRoute, type ExistingNetwork } from '../existing-network.ts';

/** The subnets of the tasks: a way to the internet, and enough addresses. */
export function checkTaskSubnets(
  config: Config,
  found: ExistingNetwork,
  subnets: readonly Subnet[],
): readonly Finding[] {
  const isPublic = config.egress.kind === 'public';
  return [
    ...subnets.flatMap((subnet) => {
      const route = defaultRoute(found, subnet);
      return describeTaskRoute(subnet.SubnetId ?? '', route, isPublic) ?? [];
    }),
    ...checkTaskAddresses(config, subnets),
  ];
}

function describeTaskRoute(
  id: string,
  route: DefaultRoute,
  isPublic: boolean,
): Finding | undefined {
  const subnet = `The subnet ${id} of taskSubnetIds`;
  if (route === 'unknown') {
    return warning(`The routes of the subnet ${id} were not checked, because they cannot be read.`);
  }
  if (route === 'none' || route === 'blackhole') {
    return error(
      `${subnet} has no working default route, so that its tasks reach neither AWS nor AbuseIPDB: add a route to a NAT or transit gateway, or use another subnet.`,
    );
  }
  if (isPublic && route !== 'internet-gateway') {
    return error(
      `${subnet} has no route to an internet gateway, which egress public needs: use a public subnet, or set egress to nat.`,
    );
  }
  if (!isPublic && route === 'internet-gateway') {
    return error(
      `${subnet} is public, but tasks with egress nat have no public address: use a private subnet behind NAT, or set egress to public.`,
    );
  }
  return undefined;
}

/** A deployment starts the new tasks before it stops the old ones. */
const DEPLOYMENT_FACTOR = 2;

function checkTaskAddresses(config: Config, subnets: readonly Subnet[]): readonly Finding[] {
  const free = subnets.reduce((sum, subnet) => sum + (subnet.AvailableIpAddressCount ?? 0), 0);
  const minimum = DEPLOYMENT_FACTOR * config.minimumTasks;
  const maximum = DEPLOYMENT_FACTOR * config.maximumTasks;
  const text = (tasks: number, needed: number) =>
    `The subnets of taskSubnetIds have ${free} free addresses, but ${tasks} tasks need ${needed} during a deployment: use larger subnets.`;
  if (free < minimum) return [error(text(config.minimumTasks, minimum))];
  return free < maximum ? [warning(text(config.maximumTasks, maximum))] : [];
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#subnets-load-balancer */
const LOAD_BALANCER_ADDRESSES = 8;

/** The subnets of the load balancer: public with a domain, and with free addresses. */
export function checkLoadBalancerSubnets(
  config: Config,
  found: ExistingNetwork,
  subnets: readonly Subnet[],
): readonly Finding[] {
  return subnets.flatMap((subnet) => {
    const { SubnetId: id, AvailableIpAddressCount: free = 0 } = subnet;
    const route = defaultRoute(found, subnet);
    const needsInternet = config.endpoint.kind !== 'cloudfront';
    return [
      ...(needsInternet && route !== 'internet-gateway' && route !== 'unknown'
        ? [
            error(
              `The subnet ${id} of loadBalancerSubnetIds has no route to an internet gateway, which a load balancer with a domain needs: use a public subnet.`,
            ),
          ]
        : []),
      ...(free < LOAD_BALANCER_ADDRESSES
        ? [
            error(
              `The subnet ${id} of loadBalancerSubnetIds has ${free} free addresses, but the load balancer needs ${LOAD_BALANCER_ADDRESSES}: use a larger subnet.`,
            ),
          ]
        : []),
    ];
  });
}
