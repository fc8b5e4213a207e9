import { fileURLToPath } from 'node:url';
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { Config } from './config/config.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** An image in a private ECR repository: account, region, name, and a tag, a digest, or both. */
export const ECR_IMAGE =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^:@]+)(?::([^@]+))?(?:@(sha256:[0-9a-f]{64}))?$/;

type ImageConfig = Pick<Config, 'imageUri' | 'imageRevision' | 'nodeImage' | 'nodeBuildImage'>;

/** Returns the prebuilt image of `imageUri`, or one that the deployment builds from the sources. */
export function serviceImage(scope: Construct, config: ImageConfig): ContainerImage {
  const { imageUri } = config;
  return imageUri === undefined ? builtImage(config) : prebuiltImage(scope, imageUri);
}

/**
 * `.dockerignore` excludes the policy and everything else that the image does not contain, so that only a change of the
 * service or of a build argument rebuilds it.
 */
function builtImage({ imageRevision, nodeImage, nodeBuildImage }: ImageConfig): ContainerImage {
  return ContainerImage.fromAsset(ROOT, {
    file: 'app/Dockerfile',
    platform: Platform.LINUX_ARM64,
    buildArgs: {
      ...(imageRevision !== undefined && { IMAGE_REVISION: imageRevision }),
      ...(nodeImage !== undefined && { NODE_IMAGE: nodeImage }),
      ...(nodeBuildImage !== undefined && { NODE_BUILD_IMAGE: nodeBuildImage }),
    },
  });
}

function prebuiltImage(scope: Construct, imageUri: string): ContainerImage {
  const [, account, region, name, tag, digest] = ECR_IMAGE.exec(imageUri) ?? [];
  if (account === undefined || region === undefined || name === undefined) {
    return ContainerImage.fromRegistry(imageUri);
  }
  // As an ECR repository, so that CDK grants the task pull access.
  const repository = Repository.fromRepositoryAttributes(scope, 'ImageRepository', {
    repositoryArn: Stack.of(scope).formatArn({
      service: 'ecr',
      account,
      region,
      resource: 'repository',
      resourceName: name,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    }),
    repositoryName: name,
  });
  return ContainerImage.fromEcrRepository(repository, digest ?? tag);
}
