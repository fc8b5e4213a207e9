import { Annotations } from 'aws-cdk-lib';
import { type ISubnet, type IVpc, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';

/** Refers to a VPC without looking it up, so that synth needs no credentials. */
export function existingVpc(scope: Construct, vpcId: string): IVpc {
  // CDK requires a zone, which matters only for subnets that it chooses itself.
  return Vpc.fromVpcAttributes(scope, 'Vpc', { vpcId, availabilityZones: ['unknown'] });
}

/** Refers to subnets by their ids. Tasks and load balancer may share subnets. */
export function existingSubnets(scope: Construct, subnetIds: readonly string[]): ISubnet[] {
  return subnetIds.map((subnetId) => {
    const known = scope.node.tryFindChild(subnetId);
    if (known !== undefined) return known as unknown as ISubnet;
    const subnet = Subnet.fromSubnetId(scope, subnetId, subnetId);
    Annotations.of(subnet).acknowledgeWarning(
      '@aws-cdk/aws-ec2:noSubnetRouteTableId',
      'The stack does not change the routes of an existing network.',
    );
    return subnet;
  });
}
