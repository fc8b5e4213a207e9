import type { Row } from '../row.ts';

/** What `npm run bench` writes. */
export interface Results {
  readonly rows: readonly Row[];
}

/**
 * What a decision takes of a core, in requests of bare node:http: the machine of the benchmark is twice as
 * fast in one hour as in another, and both the service and the bare server are.
 */
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
  const warm = (server: 'ours' | 'http') =>
    part(/^warm, 32 connections \/ bare node:http$/, `${server} CPU ms per request`);
  return {
    warm: warm('ours') / warm('http'),
    // The core was busy with nothing else.
    fromTable: 1_000 / part(/^memory after/, 'req/s') / warm('http'),
  };
}
