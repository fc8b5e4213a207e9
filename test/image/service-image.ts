import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileSystem, IgnoreMode } from 'aws-cdk-lib';
import { BASE_IMAGE, npmHome } from './base-image.ts';
import type { Buildah } from './buildah.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const DOCKERFILE = 'app/Dockerfile';

/** The build argument of the option `imageRevision`. */
export const REVISION = '2026-11-29';

export const SERVICE_IMAGE = 'localhost/risk-gate:test';

/** The configuration of an image. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  /** NAME=value */
  readonly Env: readonly string[];
  readonly Cmd: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
}

/** Builds the service's image from the same files as `cdk deploy`. */
export async function buildServiceImage(buildah: Buildah, folder: string): Promise<ImageConfig> {
  const context = join(folder, 'context');
  await exportContext(context);
  const home = await npmHome(folder);
  await buildah.run(
    ...['bud', '--isolation', 'chroot'],
    // The build uses the image of the Dockerfile, the service the one of the option `nodeImage`.
    ...['--build-arg', `NODE_IMAGE=${BASE_IMAGE}`],
    ...['--build-arg', `IMAGE_REVISION=${REVISION}`],
    ...['--volume', `${home}:/root`, '--file', join(context, DOCKERFILE)],
    ...['--tag', SERVICE_IMAGE, context],
  );
  const image = JSON.parse(await buildah.run('inspect', '--type', 'image', SERVICE_IMAGE));
  return image.OCIv1.config;
}

/**
 * Copies the files of the project that .dockerignore does not exclude, with the code of a CDK asset: otherwise an
 * excluded Dockerfile would only be noticed at a deployment.
 */
async function exportContext(context: string): Promise<void> {
  const ignored = await readFile(join(PROJECT, '.dockerignore'), 'utf8');
  FileSystem.copyDirectory(PROJECT, context, {
    ignoreMode: IgnoreMode.DOCKER,
    exclude: ignored.split('\n').filter((line) => line !== ''),
  });
  await copyFile(join(PROJECT, '.dockerignore'), join(context, '.dockerignore'));
}
