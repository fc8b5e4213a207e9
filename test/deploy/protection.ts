import type { EmulatedAws } from './emulated-aws.ts';
import type { Stacks } from './stacks.ts';

/** Returns the attribute for deletion protection of the load balancer: true or false, as text. */
export async function protectionOf(aws: EmulatedAws, stacks: Stacks): Promise<string | undefined> {
  const type = 'AWS::ElasticLoadBalancingV2::LoadBalancer';
  const [balancer] = Object.values(await stacks.resources()).filter(({ Type }) => Type === type);
  const [response] = await aws.call([
    [
      'elbv2',
      'describe_load_balancer_attributes',
      { LoadBalancerArn: balancer?.PhysicalResourceId },
    ],
  ]);
  const { Attributes } = response as { Attributes: { Key: string; Value: string }[] };
  return Attributes.find(({ Key }) => Key === 'deletion_protection.enabled')?.Value;
}
