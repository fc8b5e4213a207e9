import { existsSync, readFileSync } from 'node:fs';
import { Annotations, type Stack, Tags } from 'aws-cdk-lib';

const UNTAGGED_TYPES = [
  // A change of tags is an update, which AWS rejects while the origin is in use.
  'AWS::CloudFront::VpcOrigin',
  // CDK writes their tags as a list, where CloudFormation's schemas expect another form (cfn-lint E3002).
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::CloudWatch::Dashboard',
  'AWS::ElasticLoadBalancingV2::Listener',
];

/** Tags all resources of a stack that can be tagged at any time. */
export function addTags(stack: Stack, tags: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(tags)) {
    Tags.of(stack).add(name, value, { excludeResourceTypes: UNTAGGED_TYPES });
  }
}

/**
 * Warns of tags of the CDK command line, which CloudFormation puts on every resource, also on the VPC origin.
 *
 * @param file the command line's settings, `cdk.json`.
 */
export function warnOfStackTags(stack: Stack, file: string): void {
  if (!existsSync(file)) return;
  const { tags } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tags?: unknown };
  if (tags === undefined) return;
  Annotations.of(stack).addWarningV2(
    'RiskGate:stackTags',
    `${file} has tags beside context, which CloudFormation also puts on the VPC origin: after a change of one, no deployment succeeds until it is undone. Move them to tags under riskGate.`,
  );
}
