import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Who runs on which core: the server has one for itself, and shares it with nobody who measures. */
export type Role = 'server' | 'generator' | 'surroundings';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).error === undefined;

/** The list of cores for a role, as taskset has it, or none where nothing can be pinned. */
export function coresOf(role: Role, cores = availableParallelism()): string | undefined {
  if (!canPin) return undefined;
  if (role === 'server') return '1';
  if (role === 'generator' || cores === 2) return '0';
  return cores === 3 ? '2' : `2-${cores - 1}`;
}

/** A command on the cores of a role: the file to run, and what stands before its arguments. */
export function pinned(role: Role, file: string): [file: string, before: readonly string[]] {
  const cores = coresOf(role);
  return cores === undefined ? [file, []] : ['taskset', ['-c', cores, file]];
}
