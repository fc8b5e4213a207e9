import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The server has its own core; the load generator and the surroundings share the others. */
export type Role = 'server' | 'generator' | 'surroundings';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).error === undefined;

/** Returns the cores of a role in taskset's format, or `undefined` where processes cannot be pinned. */
export function coresOf(role: Role, cores = availableParallelism()): string | undefined {
  if (!canPin) return undefined;
  if (role === 'server') return '1';
  if (role === 'generator' || cores === 2) return '0';
  return cores === 3 ? '2' : `2-${cores - 1}`;
}

/** Returns a command pinned to the cores of a role: the file to run, and the arguments before its own. */
export function pinnedCommand(role: Role, file: string): [file: string, before: readonly string[]] {
  const cores = coresOf(role);
  return cores === undefined ? [file, []] : ['taskset', ['-c', cores, file]];
}
