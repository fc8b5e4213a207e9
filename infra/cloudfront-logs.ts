import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ConfigError } from '../app/src/config/options.ts';

export interface CloudFrontLogsProps {
  readonly retentionDays: number;
}

/**
 * Regions to which CloudFront delivers no standard logs: those that an account must enable.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
 */
const WITHOUT_DELIVERY: readonly string[] = [
  'af-south-1',
  'ap-east-1',
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-3',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'eu-central-2',
  'eu-south-1',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
  'me-south-1',
  'mx-central-1',
];

/**
 * The bucket of CloudFront's standard logs. They contain addresses, paths and statuses, but of the headers only `Host`,
 * `Referer`, `User-Agent` and `X-Forwarded-For`, so no credential.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
 */
export class CloudFrontLogs extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { retentionDays }: CloudFrontLogsProps) {
    super(scope, id);
    const { region } = Stack.of(this);
    if (WITHOUT_DELIVERY.includes(region)) {
      throw new ConfigError(
        `cloudFrontLogs is set, but CloudFront delivers no logs to a bucket in ${region}: remove the option.`,
      );
    }
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // CloudFront delivers with an ACL, which buckets reject by default.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(retentionDays) }],
      // Also after a failed first creation: CloudFront may have delivered logs, and then the bucket cannot be deleted.
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
