import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Annotations, type Stack, Tags } from 'aws-cdk-lib';

const UNTAGGED_TYPES = [
  // A change of tags is an update, which AWS rejects while the origin is in use.
  'AWS::CloudFront::VpcOrigin',
  // The schemas of cfn-lint have no tags of these (E3002): whether CloudFormation accepts them is not certain.
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
 * Warns of tags in settings of the CDK command line. CloudFormation puts them on every resource, also on the VPC origin.
 *
 * @param files such as `cdk.json`. Those that do not exist are skipped.
 */
export function warnOfStackTags(stack: Stack, files: readonly string[]): void {
  for (const file of files.filter((each) => existsSync(each))) {
    const { tags } = JSON.parse(readFileSync(file, 'utf8')) as { readonly tags?: unknown };
    if (tags !== undefined) warnOfTagsIn(stack, file);
  }
}

function warnOfTagsIn(stack: Stack, file: string): void {
  Annotations.of(stack).addWarningV2(
    `RiskGate:stackTags:${basename(file)}`,
    `${file} has tags beside context, which CloudFormation also puts on the VPC origin: after a change of one, no deployment succeeds until it is undone. Move them to tags under riskGate.`,
  );
}
