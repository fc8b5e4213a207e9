import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SmallFunction } from './function.ts';

/**
 * The bucket from which tasks read their files when they start, and the function that copies them into it. The assets
 * of the deployment are in the bootstrap bucket, which the operator may empty or encrypt with a key of their own.
 */
export class DataBucket extends Construct {
  readonly bucket: Bucket;
  readonly copier: SmallFunction;

  constructor(scope: Construct, id: string, logRetention: RetentionDays) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      // Empty by then: each file is deleted with its resource.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.copier = new SmallFunction(this, 'Copier', {
      source: 'copy-file.ts',
      description: 'Copies the policy and country databases of Risk Gate into its bucket',
      timeout: Duration.minutes(2),
      logRetention,
      // Each file adds its own permissions.
      permissions: [],
    });
  }
}
