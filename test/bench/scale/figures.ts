import type { Row } from '../row.ts';

/** What `npm run bench` writes. */
export interface Results {
  readonly rows: readonly Row[];
}

/** What one core of the machine of the benchmark did, in microseconds of processor time. */
export interface Figures {
  /** A decision of which everything is in memory. */
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
    warm: 1000 * part(/^warm, 32 connections \/ bare node:http$/, 'ours CPU ms per request'),
    // The core was busy with nothing else.
    fromTable: 1_000_000 / part(/^memory after/, 'req/s'),
  };
}
