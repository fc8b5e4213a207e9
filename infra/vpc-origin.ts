import { createHash } from 'node:crypto';
import { type CfnElement, Stack } from 'aws-cdk-lib';
import {
  OriginProtocolPolicy,
  OriginSslPolicy,
  VpcOrigin,
  VpcOriginEndpoint,
} from 'aws-cdk-lib/aws-cloudfront';
import type { ISubnet } from 'aws-cdk-lib/aws-ec2';
import type { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { accountWideName } from './names.ts';

/** Complete, so that a new default of CDK changes nothing. */
const SETTINGS = {
  protocolPolicy: OriginProtocolPolicy.HTTP_ONLY,
  httpPort: 80,
  originSslProtocols: [OriginSslPolicy.TLS_V1_2],
};

export interface VpcOriginProps {
  readonly loadBalancer: ApplicationLoadBalancer;
  readonly subnets: readonly ISubnet[];
}

/**
 * Creates CloudFront's private connection to a load balancer. AWS rejects every update of a VPC origin in use, so its
 * logical id and name contain a hash of its configuration: after a change there is a new origin, and the distribution
 * uses it before the previous one is deleted. That includes the subnets of the load balancer, in which CloudFront has
 * network interfaces: a subnet can be deleted only after the origin that uses it.
 */
export function createVpcOrigin(
  scope: Construct,
  { loadBalancer, subnets }: VpcOriginProps,
): VpcOrigin {
  const { stack } = loadBalancer;
  const loadBalancerId = stack.resolve(
    Stack.of(scope).getLogicalId(loadBalancer.node.defaultChild as CfnElement),
  );
  const subnetIds = stack.resolve(subnets.map(({ subnetId }) => subnetId));
  const configuration = JSON.stringify([loadBalancerId, subnetIds, SETTINGS]);
  const hash = createHash('sha256').update(configuration).digest('hex').slice(0, 8);
  const origin = new VpcOrigin(scope, `Origin${hash}`, {
    endpoint: VpcOriginEndpoint.applicationLoadBalancer(loadBalancer),
    vpcOriginName: accountWideName(scope, { purpose: hash, maxLength: 64 }),
    ...SETTINGS,
  });
  origin.node.addDependency(...subnets);
  return origin;
}
