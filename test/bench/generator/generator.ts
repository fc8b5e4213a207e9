import { spawnSync } from 'node:child_process';
import { autocannon } from './autocannon.ts';
import type { Generator } from './load.ts';
import { wrk } from './wrk.ts';

/** wrk where it is installed, else autocannon, which takes a whole core for what wrk does with a part of one. */
export function chooseGenerator(): Generator {
  return spawnSync('wrk', ['-v']).error === undefined ? wrk : autocannon;
}
