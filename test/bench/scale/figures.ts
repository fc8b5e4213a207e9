import type { Row } from '../row.ts';

/** What `npm run bench` writes. */
export interface Results {
  readonly rows: readonly Row[];
}

/** What one core of the machine of the benchmark did, in microseconds of processor time. */
export interface Figures {
  /**
   * A decision of which everything is in memory. Where a task has as much to do as it may, few requests
   * arrive together, and those that do cost less: the dearer figure of 32 connections and of two.
   */
  readonly warm: number;
  /** One whose record is read from the table. */
  readonly fromTable: number;
}

/** @throws Error when a row is missing. */
export function figuresOf({ rows }: Results): Figures {
  const part = (row: RegExp, name: string): number => {
    const found = rows.find(({ what }) => row.test(what))?.from[name];
    if (found === undefined) throw new Error(`The results have no ${name} in a row ${row}.`);
    return found.median;
  };
  return {
    warm: Math.max(
      ...[32, 2].map((connections) => {
        const row = new RegExp(`^warm, ${connections} connections / bare node:http$`);
        return 1000 * part(row, 'ours CPU ms per request');
      }),
    ),
    // The core was busy with nothing else.
    fromTable: 1_000_000 / part(/^memory after/, 'req/s'),
  };
}
