/** Builds the image, looks into it, and runs it as a task of ECS does. Needs root, and no Docker engine. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ABUSEIPDB_KEY, SECRET } from '../support/running-service.ts';
import { BASE_IMAGE, makeBaseImage } from './base-image.ts';
import { type Buildah, openBuildah } from './buildah.ts';
import { endAll, output } from './command.ts';
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
const ms = (time: number) => `${Math.round(time)} ms`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

async function main(folder: string): Promise<void> {
  step('buildah');
  const buildah = await openBuildah(folder);
  step('A base image of Node 24 and npm');
  await makeBaseImage(buildah, folder);
  step('The image of app/Dockerfile');
  const image = await buildServiceImage(buildah, folder);
  step('What is in it');
  const root = await filesOfImage(buildah, SERVICE_IMAGE);
  checkConfig(image);
  const size = await checkContents(root, await filesOfImage(buildah, BASE_IMAGE));
  say(`   ${mb(size.service)} on top of a base of ${mb(size.total - size.service)}`);
  await runService(root, image);
}

/** A folder with the files of an image. */
async function filesOfImage(buildah: Buildah, image: string): Promise<string> {
  return buildah.run('mount', await buildah.run('from', '--pull-never', image));
}

async function runService(root: string, image: ImageConfig): Promise<void> {
  step('Run it: read-only, user 1000, no capabilities');
  const surroundings = await startSurroundings(POLICY_IN_CONTAINER);
  try {
    const { environment, port } = surroundings;
    const file = { path: POLICY, mountPoint: POLICY_IN_CONTAINER };
    const container = createContainer({ root, image, environment, file });
    const version = await nodeVersion(container);
    const service = new ServiceRun(container, port);
    say(`   ready ${ms(await service.ready())} after its start, with Node ${version}`);
    await checkIsolation(container, service.pid, POLICY_IN_CONTAINER);
    say(`   nothing can be written, not even by root`);
    say(`   alive by its health check, in ${ms(await service.checkHealth())}`);
    step('The four cases of the guide');
    for (const result of await service.askGuideCases()) say(`   ${result}`);
    await service.checkNoConsole();
    say(`   and nothing of the console`);
    step('Trouble and end');
    say(
      `   while it hangs, its health check fails in ${ms(await service.checkHealthWhileHanging())}`,
    );
    say(`   ended ${ms(await service.stop())} after SIGTERM; its health check fails`);
    say(`   ${service.checkLog([SECRET, ABUSEIPDB_KEY])} decision records, as lines of JSON`);
  } finally {
    await surroundings.close();
  }
}

/** @throws Error when it is not the one that the service is meant for, or no container can be run here. */
async function nodeVersion(container: Container): Promise<string> {
  const { status, stdout, stderr } = await container.run(['node', '--version']);
  if (status !== 0) throw new Error(`No container can be run on this machine: ${stderr.trim()}`);
  const version = stdout.trim();
  if (!version.startsWith('v24.')) throw new Error(`The image has Node ${version}, not 24.`);
  return version;
}

const folder = await mkdtemp(join(tmpdir(), 'risk-gate-image-'));

let cleaned: Promise<void> | undefined;

/** Takes away whatever was made: processes with their mounts, images, containers, files. */
function cleanUp(): Promise<void> {
  cleaned ??= (async () => {
    await endAll();
    // Should a mount have stayed, what it leads to is this machine's.
    await output('rm', ['-rf', '--one-file-system', folder]);
  })();
  return cleaned;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await cleanUp();
    process.stderr.write(`\nThe image test was ended by ${signal}.\n`);
    process.exit(1);
  });
}

try {
  await main(folder);
  say('The image is as it should be.');
} catch (error) {
  // What an interruption ends fails because of it.
  if (cleaned === undefined) {
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`\nThe image test failed. ${why}\n`);
  }
  process.exitCode = 1;
} finally {
  await cleanUp();
}
