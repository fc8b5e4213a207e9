import { Arn, ArnFormat, CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import type { DataBucket } from './data-bucket.ts';

export interface DataFileProps {
  /** The file on this machine. */
  readonly path: string;
  /** The file's name in the bucket. */
  readonly name: string;
  readonly dataBucket: DataBucket;
  /** The role of the tasks, which read the file. */
  readonly reader: IRole;
}

/**
 * A file that is deployed through S3 and not in the image. Its object key is derived from its content, so a change
 * replaces the tasks without building a new image.
 *
 * Each version is a resource of its own, with its own permissions. CloudFormation deletes the previous one only after
 * the service is stable, because until then tasks of the previous revision can start, and a rollback needs it.
 */
export class DataFile extends Construct {
  /** The S3 location that the service reads instead of a path. */
  readonly location: string;

  constructor(scope: Construct, id: string, props: DataFileProps) {
    super(scope, id);
    const { bucket, copier } = props.dataBucket;
    const asset = new Asset(this, 'Asset', { path: props.path });
    const version = asset.assetHash.slice(0, 8);
    const key = `${asset.assetHash}/${props.name}`;
    const object = bucket.arnForObjects(key);
    const permission = new Policy(this, `Copy${version}Permission`, {
      statements: [
        ...readAsset(asset),
        new PolicyStatement({
          actions: ['s3:PutObject', 's3:DeleteObject'],
          resources: [object],
        }),
      ],
      roles: [copier.role],
    });
    const copy = new CustomResource(this, `Copy${version}`, {
      resourceType: 'Custom::DataFile',
      serviceToken: copier.function.functionArn,
      serviceTimeout: Duration.minutes(5),
      properties: {
        SourceBucket: asset.s3BucketName,
        SourceKey: asset.s3ObjectKey,
        Bucket: bucket.bucketName,
        Key: key,
      },
    });
    copy.node.addDependency(permission);
    // Not `Read…`, the id in version 0.1.0: a changed policy would stop its tasks from reading their file.
    new Policy(this, `ReadCopy${version}`, {
      statements: [new PolicyStatement({ actions: ['s3:GetObject'], resources: [object] })],
      roles: [props.reader],
    });
    this.location = bucket.s3UrlForObject(key);
  }
}

/** Returns the permissions to read one asset, which may be encrypted with a key that only the bootstrap stack knows. */
function readAsset(asset: Asset): PolicyStatement[] {
  const { region } = Stack.of(asset);
  const bucket = s3Arn(asset, asset.bucket);
  const object = s3Arn(asset, asset.bucket, asset.s3ObjectKey);
  return [
    new PolicyStatement({ actions: ['s3:GetObject'], resources: [object] }),
    new PolicyStatement({
      actions: ['kms:Decrypt'],
      resources: ['*'],
      conditions: {
        StringEquals: {
          'kms:ViaService': `s3.${region}.amazonaws.com`,
          // The bucket, if it has a bucket key.
          'kms:EncryptionContext:aws:s3:arn': [object, bucket],
        },
      },
    }),
  ];
}

function s3Arn(scope: Construct, { bucketName }: IBucket, key?: string): string {
  const parts = { service: 's3', region: '', account: '', resource: bucketName };
  return Arn.format(
    key === undefined
      ? { ...parts, arnFormat: ArnFormat.NO_RESOURCE_NAME }
      : { ...parts, resourceName: key, arnFormat: ArnFormat.SLASH_RESOURCE_NAME },
    Stack.of(scope),
  );
}
