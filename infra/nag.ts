import { type Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Accepted findings of cdk-nag's AwsSolutions rules, each with the reason. */
export const ACKNOWLEDGED_FINDINGS: Readonly<Record<string, string>> = {
  SMG4: 'The credential and the AbuseIPDB key must change at the identity server and at AbuseIPDB at the same time, so an automatic rotation would stop all logins; docs/credentials.md has the steps. The signature secret must also change at your edge. The key of hashed addresses stays the same, because hashes of two keys cannot be compared.',
  ECS2: 'The environment variables contain settings and ARNs of secrets. The task role reads secrets by ARN, except for the key of hashed addresses, which ECS injects as a secret.',
  ECS4: 'No alarm and no graph uses a metric of Container Insights; containerInsights switches it on.',
  'IAM5[Resource::*]':
    "ecr:GetAuthorizationToken, cloudwatch:GetMetricStatistics, logs:GetQueryResults and EC2's actions that describe zones, subnets and prefix lists have no resource-level permissions; the actions on images are limited to their repository. Lambda needs its permissions on network interfaces for every one that it creates. kms:Decrypt is limited by its conditions to one asset of the deployment, whose key only the bootstrap stack knows.",
  'IAM5[Resource::<ServiceTaskDataBucket9C63CFBA.Arn>/feeds/*]':
    'The names of snapshots are the hashes of their content. Only the refresher, and the function that deletes the feeds, may write them; the service may read them.',
  'IAM5[Resource::<ServiceTaskDataBucket9C63CFBA.Arn>/quotas/*]':
    'There is one counter of downloads for each account of a publisher. Only the refresher, and the function that deletes the feeds, may write them.',
  S1: 'Logging access to a bucket of access logs would need another such bucket. The bucket of the policy is read only when a task starts, and the log of the service names the policy.',
  EC23: 'The identity server does not publish the addresses that it calls from. The firewall admits only the action, and the service checks the credential.',
  DDB3: 'The table is a cache: lost items are looked up again.',
  CFR1: 'The only caller is the identity server; the countries of its users are checked by the policy.',
  CFR2: 'The web ACL is on the load balancer, the only origin, so that it is the same with and without CloudFront.',
  CFR3: 'The access log of the load balancer has every request that reaches the origin; what CloudFront answers itself is only in the logs that cloudFrontLogs switches on.',
  CFR4: 'With its default certificate CloudFront supports no other minimum TLS version. With your own domain, the TLS policy of the load balancer applies.',
};

/** Acknowledges the accepted findings for the whole stack. */
export function acknowledgeFindings(stack: Stack): void {
  for (const [rule, reason] of Object.entries(ACKNOWLEDGED_FINDINGS)) {
    Validations.of(stack).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}

/**
 * Acknowledges that the name of an object contains an asterisk, which the policy escapes.
 *
 * @param name bucket and key as in the policy, such as `bucket/lists/v4-${*}.txt`.
 */
export function acknowledgeAsterisk(scope: IConstruct, name: string): void {
  if (!name.includes('*')) return;
  // cdk-nag shows a parameter of CloudFormation, and what looks like one, in angle brackets.
  const shown = name.replaceAll(/\$\{(.)\}/g, '<$1>');
  for (const partition of ['aws', '<AWS::Partition>']) {
    Validations.of(scope).acknowledge({
      id: `AwsSolutions::AwsSolutions-IAM5[Resource::arn:${partition}:s3:::${shown}]`,
      reason: 'The asterisk is part of the name of the object, and is escaped in the policy.',
    });
  }
}
