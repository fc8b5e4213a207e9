import type { Bench } from '../bench.ts';
import type { Row } from '../row.ts';

/** Servers that are measured in turn, and the rows that come of it. */
export interface Experiment {
  /** By which it is asked for on the command line. */
  readonly name: string;
  measure(bench: Bench): Promise<readonly Row[]>;
}
