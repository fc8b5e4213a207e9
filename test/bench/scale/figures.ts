import type { Row } from '../row.ts';

/** The file that `npm run bench` writes. */
export interface Results {
  readonly rows: readonly Row[];
}

/** Microseconds of CPU time on the benchmark machine. */
export interface DecisionCosts {
  /**
   * A decision with all data in memory: the higher figure of 32 connections and of two, because concurrent
   * requests cost less and are few at the utilisation of a task.
   */
  readonly warm: number;
  /** A decision whose record is read from DynamoDB. */
  readonly fromTable: number;
}

/** @throws Error when a row is missing. */
export function costsInResults({ rows }: Results): DecisionCosts {
  const part = (row: RegExp, name: string): number => {
    const found = rows.find(({ name }) => row.test(name))?.inputs[name];
    if (found === undefined) throw new Error(`Expected a row ${row} with ${name} in the results.`);
    return found.median;
  };
  return {
    warm: Math.max(
      ...[32, 2].map((connections) => {
        const row = new RegExp(`^warm, ${connections} connections / bare node:http$`);
        return 1000 * part(row, 'ours CPU ms per request');
      }),
    ),
    // The core was fully used.
    fromTable: 1_000_000 / part(/^memory after/, 'req/s'),
  };
}
