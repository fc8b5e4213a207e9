/** The prefix of a service's IAM actions, by the name of its client. */
const PREFIXES: Readonly<Record<string, string>> = {
  ACMClient: 'acm',
  CloudFormationClient: 'cloudformation',
  CloudFrontClient: 'cloudfront',
  CloudWatchClient: 'cloudwatch',
  CloudWatchLogsClient: 'logs',
  EC2Client: 'ec2',
  ECRClient: 'ecr',
  ElasticLoadBalancingV2Client: 'elasticloadbalancing',
  IAMClient: 'iam',
  Route53Client: 'route53',
  S3Client: 's3',
  SchedulerClient: 'scheduler',
  SecretsManagerClient: 'secretsmanager',
  ServiceQuotasClient: 'servicequotas',
  SNSClient: 'sns',
  SSMClient: 'ssm',
  STSClient: 'sts',
};

/** Actions whose name differs from that of the API operation. */
const RENAMED: Readonly<Record<string, string>> = { 's3:HeadBucket': 's3:ListBucket' };

/**
 * Returns the IAM action that a command requires, such as `ec2:DescribeVpcs`.
 *
 * @param clientName name of the client's class.
 * @param commandName name of the command's class.
 */
export function iamAction(clientName: string, commandName: string): string {
  const action = `${PREFIXES[clientName] ?? clientName}:${commandName.replace(/Command$/, '')}`;
  return RENAMED[action] ?? action;
}
