import { compare, fieldOf, type Row, type Value } from './rows.ts';
import type { Aggregate, Command, Key } from './syntax.ts';

/** Returns a row for each combination of key values; a missing key counts as a value. */
export function aggregate(
  rows: readonly Row[],
  { aggregates, by }: Command & { readonly kind: 'stats' },
): Row[] {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const id = JSON.stringify(by.map((key) => keyOf(row, key) ?? null));
    groups.set(id, [...(groups.get(id) ?? []), row]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    const keys = by.map((key) => [key.column, first && keyOf(first, key)] as const);
    const values = aggregates.map((each) => [each.as, valueOver(group, each)] as const);
    return new Map([...keys, ...values].flatMap(([name, value]) => present(name, value)));
  });
}

function present(name: string, value: Value | undefined): [string, Value][] {
  return value === undefined ? [] : [[name, value]];
}

function keyOf(row: Row, { column, bin }: Key): Value | undefined {
  if (bin === undefined) return fieldOf(row, column);
  const time = fieldOf(row, '@timestamp');
  if (typeof time !== 'number') throw new Error('The log event has no time.');
  return Math.floor(time / bin) * bin;
}

function valueOver(rows: readonly Row[], { name, field, percent }: Aggregate): Value | undefined {
  if (field === undefined) return rows.length;
  const values = rows
    .map((row) => fieldOf(row, field))
    .filter((value): value is Value => value !== undefined)
    .sort(compare);
  switch (name) {
    case 'count':
      return values.length;
    case 'count_distinct':
      return new Set(values).size;
    case 'sum':
      return values.reduce<number>((sum, value) => sum + numberOf(value), 0);
    case 'max':
      return values.at(-1);
    case 'pct':
      return values[Math.max(0, Math.ceil((values.length * (percent ?? 0)) / 100) - 1)];
  }
}

function numberOf(value: Value): number {
  if (typeof value !== 'number') throw new Error(`Not a number: ${JSON.stringify(value)}.`);
  return value;
}
