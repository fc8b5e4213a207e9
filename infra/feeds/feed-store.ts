import { CustomResource, Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { SmallFunction } from '../function.ts';

/** Prefixes of the keys in the store: snapshots with their pointers, and the counters of downloads. */
const FEEDS_PREFIX = 'feeds/';
const QUOTAS_PREFIX = 'quotas/';

/**
 * The refresher deletes a snapshot a day after it was superseded. If it no longer runs, S3 deletes it: an expiration
 * counts from the creation of the object, so that a snapshot is deleted at the latest this many days after it was
 * superseded, plus the day or two that S3 takes. The licence of GeoLite allows 30 days.
 */
export const SUPERSEDED_DAYS = 7;

export interface FeedStoreProps {
  readonly bucket: Bucket;
  readonly logRetention: RetentionDays;
}

/** The part of the stack's bucket that the refresher writes: what S3 deletes by itself, and what the removal deletes. */
export class FeedStore extends Construct {
  constructor(scope: Construct, id: string, { bucket, logRetention }: FeedStoreProps) {
    super(scope, id);
    bucket.addLifecycleRule({
      id: 'SupersededSnapshots',
      prefix: FEEDS_PREFIX,
      tagFilters: { superseded: 'true' },
      expiration: Duration.days(SUPERSEDED_DAYS),
    });
    // A rule with a tag cannot delete these. There are no versions unless somebody switches versioning on.
    bucket.addLifecycleRule({
      id: 'Remains',
      prefix: FEEDS_PREFIX,
      noncurrentVersionExpiration: Duration.days(1),
      abortIncompleteMultipartUploadAfter: Duration.days(1),
    });
    const prefixes = [FEEDS_PREFIX, QUOTAS_PREFIX];
    const emptier = new SmallFunction(this, 'Emptier', {
      source: 'empty-store.ts',
      description: 'Deletes the feeds of Risk Gate from its bucket when they are switched off',
      timeout: Duration.minutes(2),
      logRetention,
      permissions: [
        listStatement(bucket),
        new PolicyStatement({
          actions: ['s3:DeleteObject'],
          resources: prefixes.map((prefix) => bucket.arnForObjects(`${prefix}*`)),
        }),
      ],
    });
    new CustomResource(this, 'Objects', {
      resourceType: 'Custom::FeedObjects',
      serviceToken: emptier.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: { Bucket: bucket.bucketName, Prefixes: prefixes },
    });
  }
}

/** Without this permission on the whole bucket, S3 answers a request for a missing object with 403 instead of 404. */
function listStatement(bucket: Bucket): PolicyStatement {
  return new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] });
}

/** Returns the value of `FEED_STORE`. */
export function feedStoreUrl(bucket: Bucket): string {
  return `s3://${bucket.bucketName}`;
}

/** Returns the permissions of the service, which follows the pointers. */
export function readStatements(bucket: Bucket): PolicyStatement[] {
  return [
    listStatement(bucket),
    new PolicyStatement({
      actions: ['s3:GetObject'],
      resources: [bucket.arnForObjects(`${FEEDS_PREFIX}*`)],
    }),
  ];
}

/** Returns the permissions of the refresher. */
export function writeStatements(bucket: Bucket): PolicyStatement[] {
  return [
    listStatement(bucket),
    new PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [FEEDS_PREFIX, QUOTAS_PREFIX].map((prefix) => bucket.arnForObjects(`${prefix}*`)),
    }),
    new PolicyStatement({
      actions: ['s3:DeleteObject', 's3:PutObjectTagging'],
      resources: [bucket.arnForObjects(`${FEEDS_PREFIX}*`)],
    }),
  ];
}
