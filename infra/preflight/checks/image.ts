import {
  BatchGetImageCommand,
  type ECRClient,
  GetDownloadUrlForLayerCommand,
} from '@aws-sdk/client-ecr';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { error, ok, warning } from '../../../app/tools/findings/finding.ts';
import { ECR_IMAGE } from '../../image.ts';
import type { Check } from '../check.ts';

/** An existing image: it is there, and for ARM64. */
export const imageCheck: Check = {
  name: 'image',
  async run({ account, config }) {
    const { imageUri } = config;
    if (imageUri === undefined) return [];
    const [, registryId, region, repositoryName, imageTag, imageDigest] =
      ECR_IMAGE.exec(imageUri) ?? [];
    if (registryId === undefined || region === undefined || repositoryName === undefined) {
      return [
        warning(
          `imageUri is not in a private repository of ECR and was not checked: it must be for ARM64, and the tasks must be able to pull it without credentials.`,
        ),
      ];
    }
    const { ecr } = account.clientsIn(region);
    const id = imageDigest ? { imageDigest } : { imageTag: imageTag ?? 'latest' };
    try {
      const architectures = await architecturesOf(ecr, { registryId, repositoryName }, id);
      if (architectures === undefined) {
        return [error(`${imageUri} does not exist: push the image, or correct imageUri.`)];
      }
      if (!architectures.includes('arm64')) {
        return [
          error(
            `${imageUri} is for ${architectures.join(', ')}, but the tasks need ARM64: build it with --platform linux/arm64.`,
          ),
        ];
      }
      return [ok(`${imageUri} is for ARM64.`)];
    } catch (cause) {
      if (!hasCode(cause, 'RepositoryNotFound')) throw cause;
      return [
        error(`The repository ${repositoryName} does not exist in ${region}: correct imageUri.`),
      ];
    }
  },
};

interface Repository {
  readonly registryId: string;
  readonly repositoryName: string;
}

/** The part of a manifest that leads to the architecture: https://github.com/opencontainers/image-spec */
interface Manifest {
  /** Of an index: one for each platform. */
  readonly manifests?: readonly { readonly platform?: { readonly architecture?: string } }[];
  /** Of a single image. */
  readonly config?: { readonly digest?: string };
}

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const DOWNLOAD_TIMEOUT_MS = 15_000;

/** Returns the architectures of an image; `undefined` if it does not exist. */
async function architecturesOf(
  client: ECRClient,
  repository: Repository,
  id: { readonly imageDigest?: string; readonly imageTag?: string },
): Promise<readonly string[] | undefined> {
  const { images = [] } = await client.send(
    new BatchGetImageCommand({
      ...repository,
      imageIds: [id],
      acceptedMediaTypes: MANIFEST_TYPES,
    }),
  );
  const text = images[0]?.imageManifest;
  if (text === undefined) return undefined;
  const { manifests, config } = JSON.parse(text) as Manifest;
  if (manifests !== undefined) {
    return manifests.map(({ platform }) => platform?.architecture ?? 'unknown');
  }
  const { downloadUrl = '' } = await client.send(
    new GetDownloadUrlForLayerCommand({ ...repository, layerDigest: config?.digest }),
  );
  const signal = AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS);
  const response = await fetch(downloadUrl, { signal });
  const { architecture } = (await response.json()) as { readonly architecture?: string };
  return [architecture ?? 'unknown'];
}
