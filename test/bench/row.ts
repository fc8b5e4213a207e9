import type { Summary } from './statistics.ts';

/** What a row's median must reach, what no sample may exceed, or nothing: it only says. */
export type Bound =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly never: number }
  | { readonly report: true };

/** One line of the table: a figure of the service, for the most part beside that of a baseline. */
export interface Row {
  readonly what: string;
  readonly unit: '×' | 'ms' | 'µs' | 'MiB' | 'req/s';
  readonly bound: Bound;
  readonly figure: Summary;
  /** What the figure was made of, by name; in the JSON only. */
  readonly from: Readonly<Record<string, Summary>>;
  /** What a reader must know of how it was measured. */
  readonly note?: string;
}

export function holds({ bound, figure }: Pick<Row, 'bound' | 'figure'>): boolean {
  if ('atLeast' in bound) return figure.median >= bound.atLeast;
  if ('atMost' in bound) return figure.median <= bound.atMost;
  if ('never' in bound) return figure.most <= bound.never;
  return true;
}
