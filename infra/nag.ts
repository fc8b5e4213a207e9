import { type Stack, Validations } from 'aws-cdk-lib';

/** Findings of cdk-nag's AwsSolutions that are meant, each with its reason. */
export const ACKNOWLEDGED: Readonly<Record<string, string>> = {
  SMG4: 'The credential is changed at the identity server at the same time, and the key at AbuseIPDB: a rotation by itself would end all logins. docs/credentials.md has the steps. The signature secret is changed at your edge, too. The key of hashed addresses stays, for with another one records could not be matched.',
  ECS2: 'The variables are settings and the names of secrets. Secrets are read by ARN with the role of the task, but for the key of hashed addresses, which ECS hands over as a secret.',
  'IAM5[Resource::*]':
    'ecr:GetAuthorizationToken takes no resource. The actions on images name their repository.',
  S1: 'This bucket holds access logs; logging the access to it would need another such bucket.',
  EC23: 'The identity server calls from addresses that it does not publish. The firewall lets only the action through, and the service asks for a credential.',
  DDB3: 'The table is a cache: what is lost is asked again.',
  CFR1: 'The one caller is the identity server; the countries of its users are what the policy is about.',
  CFR2: 'The web ACL is on the load balancer, the only origin, so that it is the same with and without CloudFront.',
  CFR3: 'Every request reaches the load balancer, which logs it.',
  CFR4: 'With its own certificate CloudFront takes no other minimum. A domain of yours brings the policy of the load balancer.',
};

export function acknowledgeFindings(stack: Stack): void {
  for (const [rule, reason] of Object.entries(ACKNOWLEDGED)) {
    Validations.of(stack).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason });
  }
}
