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
  /** Folder with the image's files. */
  readonly root: string;
  readonly image: ImageConfig;
  readonly environment: Readonly<Record<string, string>>;
  /** One file of this machine, mounted read-only. */
  readonly file: { readonly path: string; readonly mountPoint: string };
}

/** An image's files with its settings, ready to run commands in; the network is this machine's. */
export interface Container {
  /** Starts the image's own command, whose process id is the child's. */
  start(): RunningProcess;
  /** Runs another command in a container of the same kind. */
  run(command: readonly string[]): Promise<CommandResult>;
  /** Runs a command beside a running one, as a container's health check is run. */
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
      // By env of this machine: nsenter enters only when it is started, with the container's variables.
      return runCommand('env', ['-i', ...variables, 'nsenter', ...place, ...identity, ...command]);
    },
  };
}
