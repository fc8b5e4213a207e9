import { table, zipf } from './against-guide.ts';
import { coldByList } from './cold-by-list.ts';
import type { Experiment } from './experiment.ts';
import { feeds } from './feeds.ts';
import { generatorLimit } from './generator-limit.ts';
import { largeBody } from './large-body.ts';
import { full, memory } from './memory.ts';
import { costly, lists, rules } from './policies.ts';
import { start } from './start.ts';
import { cold, hanging, outage } from './upstream.ts';
import { waitHanging, waitZipf } from './wait.ts';
import { warm } from './warm.ts';

/** All experiments, in the order of the table. */
export const EXPERIMENTS: readonly Experiment[] = [
  generatorLimit,
  ...warm,
  cold,
  ...coldByList,
  table,
  zipf,
  waitZipf,
  hanging,
  waitHanging,
  outage,
  lists,
  rules,
  costly,
  largeBody,
  start,
  memory,
  full,
  feeds,
];
