import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';

/**
 * A file that is deployed through S3 and not in the image. Its object key is derived from its content, so a
 * change replaces the tasks without building a new image.
 */
export class DataFile extends Construct {
  /** The S3 location that the service reads instead of a path. */
  readonly location: string;
  readonly #asset: Asset;

  constructor(scope: Construct, id: string, path: string) {
    super(scope, id);
    this.#asset = new Asset(this, 'Asset', { path });
    this.location = this.#asset.s3ObjectUrl;
  }

  /**
   * Grants a role read access to this object only. Each version of the file has its own policy. The previous policy
   * is deleted only after the service is stable, because until then tasks of the previous revision can start.
   */
  grantRead(role: IRole): Policy {
    const object = Arn.format(
      {
        service: 's3',
        region: '',
        account: '',
        resource: this.#asset.s3BucketName,
        resourceName: this.#asset.s3ObjectKey,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      },
      Stack.of(this),
    );
    return new Policy(this, `Read${this.#asset.assetHash.slice(0, 8)}`, {
      statements: [new PolicyStatement({ actions: ['s3:GetObject'], resources: [object] })],
      roles: [role],
    });
  }
}
