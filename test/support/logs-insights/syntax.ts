/** The syntax tree of the part of the Logs Insights query language that the saved queries use. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly fields: readonly string[] }
  | {
      readonly kind: 'operation';
      readonly operator: Operator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'not'; readonly operand: Expression }
  /** The right operand of `in`. */
  | { readonly kind: 'list'; readonly elements: readonly Expression[] };

export type Operator = 'and' | 'or' | 'in' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '*' | '/';

export const FUNCTIONS = ['ispresent', 'coalesce', 'jsonParse'] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export const AGGREGATES = ['count', 'count_distinct', 'sum', 'max', 'pct'] as const;
export type AggregateName = (typeof AGGREGATES)[number];

/** `field` is absent in `count(*)`; `percent` is set in `pct(field, percent)`. */
export interface Aggregate {
  readonly name: AggregateName;
  readonly field?: string;
  readonly percent?: number;
  readonly as: string;
}

/** A column to group by: a field, or the time in steps of `bin` milliseconds. */
export interface Key {
  readonly column: string;
  readonly bin?: number;
}

export interface Column {
  readonly expression: Expression;
  readonly as: string;
}

export type Command =
  | { readonly kind: 'fields'; readonly columns: readonly Column[] }
  | { readonly kind: 'filter'; readonly condition: Expression }
  | { readonly kind: 'unnest'; readonly list: string; readonly into: string }
  | {
      readonly kind: 'stats';
      readonly aggregates: readonly Aggregate[];
      readonly by: readonly Key[];
    }
  | { readonly kind: 'sort'; readonly field: string; readonly direction: 'asc' | 'desc' }
  | { readonly kind: 'limit'; readonly count: number }
  | { readonly kind: 'display'; readonly fields: readonly string[] };

export interface Query {
  readonly commands: readonly Command[];
  /** Every field that the query reads and does not create. */
  readonly reads: ReadonlySet<string>;
}
