import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { type IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';

/**
 * A file that travels apart from the image, through S3. Its name there follows from its content, so a
 * change replaces the tasks without building an image.
 */
export class DataFile extends Construct {
  /** What the service is given instead of a path. */
  readonly location: string;
  readonly #asset: Asset;

  constructor(scope: Construct, id: string, path: string) {
    super(scope, id);
    this.#asset = new Asset(this, 'Asset', { path });
    this.location = this.#asset.s3ObjectUrl;
  }

  /**
   * Lets a role read this object, and no other of the bucket. Each content has a policy of its own: the
   * one of the content before is deleted only when the service is stable, so that until then tasks of
   * the revision before can start, and a deployment can be taken back.
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
