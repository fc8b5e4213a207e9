import type { Summary } from './statistics.ts';

/** A bound of the median (`atLeast`, `atMost`) or of every sample (`neverAbove`); a row may also only report. */
export type Bound =
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly neverAbove: number }
  | { readonly report: true };

/** A line of the table: a figure of the service, usually compared with that of a baseline. */
export interface Row {
  readonly name: string;
  readonly unit: '×' | 'ms' | 'µs' | 'MiB' | 'req/s';
  readonly bound: Bound;
  readonly figure: Summary;
  /** The measurements that the figure was computed from, by name; in the JSON only. */
  readonly inputs: Readonly<Record<string, Summary>>;
  /** How it was measured, if readers need to know. */
  readonly note?: string;
}

export function isMet({ bound, figure }: Pick<Row, 'bound' | 'figure'>): boolean {
  if ('atLeast' in bound) return figure.median >= bound.atLeast;
  if ('atMost' in bound) return figure.median <= bound.atMost;
  if ('neverAbove' in bound) return figure.max <= bound.neverAbove;
  return true;
}
