import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Config } from '../../config/config.ts';
import { ZONES_WITHOUT_FARGATE, ZONES_WITHOUT_VPC_ORIGINS } from '../../network/zones.ts';
import type { Check, Facts } from '../check.ts';
import { type ExistingNetwork, readNetwork, subnetsOf } from '../existing-network.ts';
import { checkLoadBalancerSubnets, checkTaskSubnets } from './network-subnets.ts';

type Existing = Extract<Config['network'], { readonly kind: 'existing' }>;

/** An existing VPC: its subnets, addresses and routes. */
export const networkCheck: Check = {
  name: 'network',
  async run(facts) {
    const { network } = facts.config;
    if (network.kind !== 'existing') return [];
    const { vpcId, taskSubnetIds, loadBalancerSubnetIds } = network;
    const ids = [...new Set([...taskSubnetIds, ...loadBalancerSubnetIds])];
    const found = await readNetwork(facts.account.clients.ec2, vpcId, ids);
    if (found === undefined) {
      return [error(`The VPC ${vpcId} does not exist in ${facts.account.region}: correct vpcId.`)];
    }
    const misplaced = checkSubnets(network, found, ids);
    if (misplaced.length > 0) return misplaced;
    const findings = [
      ...checkZones(network, found, facts.config.endpoint.kind === 'cloudfront'),
      ...checkVpc(facts, vpcId, found),
      ...checkTaskSubnets(facts.config, found, subnetsOf(found, taskSubnetIds)),
      ...checkLoadBalancerSubnets(facts.config, found, subnetsOf(found, loadBalancerSubnetIds)),
    ];
    return findings.length > 0 ? findings : [ok(`The VPC ${vpcId} can be used.`)];
  },
};

function checkSubnets(
  { vpcId }: Existing,
  { subnets }: ExistingNetwork,
  ids: readonly string[],
): readonly Finding[] {
  return ids.flatMap((id) => {
    const subnet = subnets.find(({ SubnetId }) => SubnetId === id);
    if (subnet === undefined) return error(`The subnet ${id} does not exist: correct its id.`);
    return subnet.VpcId === vpcId
      ? []
      : error(`The subnet ${id} is in ${subnet.VpcId} and not in ${vpcId}: correct its id.`);
  });
}

function checkZones(
  network: Existing,
  found: ExistingNetwork,
  hasVpcOrigin: boolean,
): readonly Finding[] {
  const options = {
    taskSubnetIds: { service: 'Fargate', missing: ZONES_WITHOUT_FARGATE },
    loadBalancerSubnetIds: {
      service: 'VPC origins',
      missing: hasVpcOrigin ? ZONES_WITHOUT_VPC_ORIGINS : [],
    },
  };
  return (['taskSubnetIds', 'loadBalancerSubnetIds'] as const).flatMap((option) => {
    const { service, missing } = options[option];
    const subnets = subnetsOf(found, network[option]);
    const zones = new Set(subnets.map(({ AvailabilityZoneId }) => AvailabilityZoneId));
    return [
      ...(zones.size < 2
        ? [
            error(
              `The subnets of ${option} are all in ${[...zones].join()}: use subnets in two zones or more.`,
            ),
          ]
        : []),
      ...subnets
        .filter(({ AvailabilityZoneId = '' }) => missing.includes(AvailabilityZoneId))
        .map(({ SubnetId, AvailabilityZoneId }) =>
          error(
            `The subnet ${SubnetId} of ${option} is in ${AvailabilityZoneId}, which has no ${service}: use one in another zone.`,
          ),
        ),
    ];
  });
}

function checkVpc(
  { account, config }: Facts,
  vpcId: string,
  { vpc, resolvesNames, hasInternetGateway }: ExistingNetwork,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (resolvesNames === false) {
    findings.push(
      error(
        `The VPC ${vpcId} does not resolve DNS names, which the tasks need: run aws ec2 modify-vpc-attribute --vpc-id ${vpcId} --enable-dns-support.`,
      ),
    );
  }
  if (config.endpoint.kind !== 'cloudfront' || hasInternetGateway) return findings;
  const text = `CloudFront's VPC origins require an internet gateway at ${vpcId}: attach one, even if no route uses it, or set domainName.`;
  // A participant of a shared VPC does not see the gateway of its owner.
  const isHidden = vpc.OwnerId !== account.id || hasInternetGateway === undefined;
  findings.push(
    isHidden ? warning(`${text} This account does not see whether it has one.`) : error(text),
  );
  return findings;
}
