import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSystem, IgnoreMode } from 'aws-cdk-lib';
import { BASE_IMAGE, npmHome } from './base-image.ts';
import type { Buildah } from './buildah.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const DOCKERFILE = 'app/Dockerfile';

export const SERVICE_IMAGE = 'localhost/risk-gate:test';

/** How an image wants to be run, as its builder wrote it down. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  /** NAME=value */
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
}

/** Builds the service's image, from no more files than `cdk deploy` builds it from. */
export async function buildServiceImage(buildah: Buildah, folder: string): Promise<ImageConfig> {
  const context = join(folder, 'context');
  await exportContext(context);
  const home = await npmHome(folder);
  await buildah.run(
    ...['bud', '--isolation', 'chroot', '--build-arg', `NODE_IMAGE=${BASE_IMAGE}`],
    ...['--volume', `${home}:/root`, '--file', join(context, DOCKERFILE)],
    ...['--tag', SERVICE_IMAGE, context],
  );
  const image = JSON.parse(await buildah.run('inspect', '--type', 'image', SERVICE_IMAGE));
  return image.OCIv1.config;
}

/**
 * Copies what .dockerignore leaves of the project, by the rules and the code of an asset of the CDK:
 * a Dockerfile that it leaves out would be missed at a deployment only.
 */
async function exportContext(context: string): Promise<void> {
  const ignored = await readFile(join(PROJECT, '.dockerignore'), 'utf8');
  FileSystem.copyDirectory(PROJECT, context, {
    ignoreMode: IgnoreMode.DOCKER,
    exclude: ignored.split('\n').filter((line) => line !== ''),
  });
  await copyFile(join(PROJECT, '.dockerignore'), join(context, '.dockerignore'));
}
