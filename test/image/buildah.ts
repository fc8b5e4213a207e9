import { join } from 'node:path';
import { outputOf, runCommand } from '../support/process.ts';

/** buildah with its own storage, separate from the images of this machine. */
export interface Buildah {
  /** Runs a subcommand and returns its standard output. */
  run(...args: string[]): Promise<string>;
}

/** Installs buildah if necessary. @throws Error when that is not possible, or without root privileges. */
export async function openBuildah(folder: string): Promise<Buildah> {
  if (process.getuid?.() !== 0) {
    throw new Error('The image test mounts file systems and changes users: run it as root.');
  }
  if (!(await isInstalled())) await install();
  const store = ['--root', join(folder, 'store'), '--runroot', join(folder, 'run')];
  // Neither overlay file systems nor a container runtime, which CI machines may not allow.
  const options = [...store, '--storage-driver', 'vfs'];
  return {
    run: (...args) => outputOf('buildah', [...options, ...args]),
  };
}

async function isInstalled(): Promise<boolean> {
  return (await runCommand('sh', ['-c', 'command -v buildah'])).status === 0;
}

async function install(): Promise<void> {
  const script = 'apt-get update && apt-get install -y --no-install-recommends buildah';
  const { status, stderr } = await runCommand('sh', ['-c', script], {
    environment: { DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status === 0 && (await isInstalled())) return;
  throw new Error(
    `buildah is missing and could not be installed by apt-get: install it.\n${stderr.trim()}`,
  );
}
