/** Builds the image, checks its contents, and runs it as an ECS task does. Needs root, but no Docker engine. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endCommands, outputOf } from '../support/process.ts';
import { ABUSEIPDB_KEY, SECRET } from '../support/running-service.ts';
import { BASE_IMAGE, makeBaseImage } from './base-image.ts';
import { type Buildah, openBuildah } from './buildah.ts';
import { type Container, createContainer } from './container.ts';
import { checkConfig, checkContents } from './image-contents.ts';
import { checkIsolation } from './isolation.ts';
import { buildServiceImage, type ImageConfig, SERVICE_IMAGE } from './service-image.ts';
import { ServiceRun } from './service-run.ts';
import { startSurroundings } from './surroundings.ts';

const POLICY = fileURLToPath(new URL('../../app/policy.yaml', import.meta.url));
const POLICY_IN_CONTAINER = '/etc/risk-gate/policy.yaml';

const say = (text: string) => process.stdout.write(`${text}\n`);
const step = (text: string) => say(`-- ${text}`);
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function main(folder: string): Promise<void> {
  step('Open buildah');
  const buildah = await openBuildah(folder);
  step('Make a base image with Node 24 and npm');
  await makeBaseImage(buildah, folder);
  step('Build app/Dockerfile');
  const image = await buildServiceImage(buildah, folder);
  step('Check the contents');
  const root = await filesOfImage(buildah, SERVICE_IMAGE);
  checkConfig(image);
  const size = await checkContents(root, await filesOfImage(buildah, BASE_IMAGE));
  say(`   ${mb(size.service)} on top of a base of ${mb(size.total - size.service)}`);
  await runService(root, image);
}

/** Returns the folder in which the image's files are mounted. */
async function filesOfImage(buildah: Buildah, image: string): Promise<string> {
  return buildah.run('mount', await buildah.run('from', '--pull-never', image));
}

async function runService(root: string, image: ImageConfig): Promise<void> {
  step('Run it with a read-only root file system, as user 1000, without capabilities');
  const surroundings = await startSurroundings(POLICY_IN_CONTAINER);
  try {
    const { environment, port } = surroundings;
    const file = { path: POLICY, mountPoint: POLICY_IN_CONTAINER };
    const container = createContainer({ root, image, environment, file });
    const version = await nodeVersion(container);
    const service = new ServiceRun(container, port);
    const milliseconds = Math.round(await service.ready());
    say(`   ready after ${milliseconds} ms, with Node ${version}`);
    await checkIsolation(container, service.pid, POLICY_IN_CONTAINER);
    say('   nothing is writable, not even by root');
    await service.checkHealth();
    say('   its health check passes');
    step('The four cases of the guide');
    for (const result of await service.requestGuideCases()) say(`   ${result}`);
    await service.checkNoConsole();
    say('   and the console is not served');
    step('Hang and stop');
    await service.checkHealthWhileHanging();
    say('   the health check of a hanging service fails');
    await service.stop();
    say('   the service exits on SIGTERM');
    say(`   ${service.checkLog([SECRET, ABUSEIPDB_KEY])} decision records, as lines of JSON`);
  } finally {
    await surroundings.close();
  }
}

/** @throws Error when the container cannot be run, or its Node version is not 24. */
async function nodeVersion(container: Container): Promise<string> {
  const { status, stdout, stderr } = await container.run(['node', '--version']);
  if (status !== 0) throw new Error(`Containers cannot be run on this machine: ${stderr.trim()}`);
  const version = stdout.trim();
  if (!version.startsWith('v24.'))
    throw new Error(`Expected Node 24 in the image, got ${version}.`);
  return version;
}

const folder = await mkdtemp(join(tmpdir(), 'risk-gate-image-'));

let cleaned: Promise<void> | undefined;

/** Removes everything that this run created: processes with their mounts, images, containers, files. */
function cleanUp(): Promise<void> {
  cleaned ??= (async () => {
    await endCommands();
    // A mount that is still there leads to files of this machine.
    await outputOf('rm', ['-rf', '--one-file-system', folder]);
  })();
  return cleaned;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await cleanUp();
    process.stderr.write(`\nThe image test was interrupted by ${signal}.\n`);
    process.exit(1);
  });
}

try {
  await main(folder);
  say('The image test passed.');
} catch (error) {
  // After an interruption, the error is a consequence of it.
  if (cleaned === undefined) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nThe image test failed: ${message}\n`);
  }
  process.exitCode = 1;
} finally {
  await cleanUp();
}
