import { spawnSync } from 'node:child_process';
import { autocannon } from './autocannon.ts';
import type { Generator } from './load.ts';
import { wrk } from './wrk.ts';

/** Returns wrk if it is installed, else autocannon, which needs a whole core for the load that wrk sends with a part of one. */
export function chooseGenerator(): Generator {
  return spawnSync('wrk', ['-v']).error === undefined ? wrk : autocannon;
}
