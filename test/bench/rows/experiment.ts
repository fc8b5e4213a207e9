import type { Harness } from '../harness.ts';
import type { Row } from '../row.ts';

/** Measures servers alternately and returns rows of the table. */
export interface Experiment {
  /** Its name on the command line. */
  readonly name: string;
  measure(harness: Harness): Promise<readonly Row[]>;
}
