import { fileURLToPath } from 'node:url';
import {
  type CommandResult,
  type RunningProcess,
  runCommand,
  startCommand,
} from '../support/process.ts';
import type { ImageConfig } from './service-image.ts';

const ENTER = fileURLToPath(new URL('enter.sh', import.meta.url));

export interface ContainerOptions {
  /** The folder with the image's files. */
  readonly root: string;
  readonly image: ImageConfig;
  readonly environment: Readonly<Record<string, string>>;
  /** A file of this machine that is mounted read-only. */
  readonly file: { readonly path: string; readonly mountPoint: string };
}

/** An image's root file system in which commands run with its settings, on this machine's network. */
export interface Container {
  /** Starts the image's command, in the process itself: no shell is in between. */
  start(): RunningProcess;
  /** Runs another command in a new container. */
  run(command: readonly string[]): Promise<CommandResult>;
  /** Runs a command in a running container, like a health check. */
  exec(pid: number, command: readonly string[], user?: number): Promise<CommandResult>;
}

export function createContainer(options: ContainerOptions): Container {
  const { root, image, environment, file } = options;
  const [uid = '', gid = ''] = image.User.split(':');
  const variables = [...image.Env, ...Object.entries(environment).map((pair) => pair.join('='))];
  const enter = (command: readonly string[]) => [
    ...['--mount', '--propagation', 'private', 'bash', ENTER],
    ...[root, image.WorkingDir, uid, gid, file.path, file.mountPoint],
    ...[...variables, '--', ...command],
  ];
  return {
    start: () => startCommand('unshare', enter(image.Cmd)),
    run: (command) => runCommand('unshare', enter(command)),
    exec(pid, command, user = Number(uid)) {
      const place = ['--target', String(pid), '--mount', '--root', '--wd'];
      const identity = [`--setuid=${user}`, `--setgid=${user === 0 ? 0 : gid}`];
      // env of this machine sets the variables before nsenter enters the container.
      return runCommand('env', ['-i', ...variables, 'nsenter', ...place, ...identity, ...command]);
    },
  };
}
