import { execFileSync } from 'node:child_process';
import { arch, cpus, release, totalmem } from 'node:os';
import { coresOf } from './cores.ts';

/** The machine and the version of the code that were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly system: string;
  readonly node: string;
  /** Empty outside a git checkout. */
  readonly commit: string;
  /** Whether the server and the load generator each have their own core. */
  readonly pinned: boolean;
}

export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    system: `${process.platform} ${release()} ${arch()}`,
    node: process.version,
    commit: commit(),
    pinned: coresOf('server') !== undefined,
  };
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return '';
  }
}
