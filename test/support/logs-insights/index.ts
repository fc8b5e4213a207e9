import { evaluate, matches } from './evaluate.ts';
import { parseQuery } from './parser.ts';
import { compare, fieldOf, parseEvent, type Row, type Value } from './rows.ts';
import { aggregate } from './stats.ts';
import type { Command } from './syntax.ts';

export interface QueryResult {
  /** The rows that the console shows, by default with time and message. */
  readonly rows: readonly Readonly<Record<string, Value>>[];
  /** Fields of the query that no line has: misspelled, or not recorded. */
  readonly absent: readonly string[];
}

/**
 * Runs a CloudWatch Logs Insights query over log lines, as documented by AWS.
 *
 * @throws Error if the query uses unsupported syntax or relies on undocumented behaviour.
 */
export function runQuery(text: string, lines: readonly string[]): QueryResult {
  const { commands, reads } = parseQuery(text);
  const events = lines.map(parseEvent);
  let rows: readonly Row[] = events;
  let shown: readonly string[] = ['@timestamp', '@message'];
  const found = new Set<string>();
  for (const command of commands) {
    for (const name of reads)
      if (rows.some((row) => fieldOf(row, name) !== undefined)) found.add(name);
    shown = shownAfter(command) ?? shown;
    rows = step(rows, command);
  }
  return {
    rows: rows.map((row) =>
      Object.fromEntries(
        shown.flatMap((name) => {
          const value = fieldOf(row, name);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
    ),
    absent: [...reads].filter((name) => !found.has(name)),
  };
}

function step(rows: readonly Row[], command: Command): readonly Row[] {
  switch (command.kind) {
    case 'filter':
      return rows.filter((row) => matches(row, command.condition));
    case 'fields':
      return rows.map((row) => withColumns(row, command.columns));
    case 'unnest':
      return rows.flatMap((row) => unnest(row, command));
    case 'stats':
      return aggregate(rows, command);
    case 'sort':
      return [...rows].sort((a, b) => {
        const order = compare(fieldOf(a, command.field), fieldOf(b, command.field));
        return command.direction === 'asc' ? order : -order;
      });
    case 'limit':
      return rows.slice(0, command.count);
    case 'display':
      return rows;
  }
}

function withColumns(row: Row, columns: (Command & { kind: 'fields' })['columns']): Row {
  const more = columns.flatMap(({ expression, as }): [string, Value][] => {
    const value = evaluate(row, expression);
    if (typeof value === 'boolean') throw new Error(`${as} must not be a boolean.`);
    return value === undefined ? [] : [[as, value]];
  });
  return new Map([...row, ...more]);
}

/** Returns a row for each element of a list. */
function unnest(row: Row, { list, into }: Command & { kind: 'unnest' }): Row[] {
  const value = fieldOf(row, list);
  if (!Array.isArray(value)) throw new Error(`${list} is not a list.`);
  return value.map((element) => new Map([...row, [into, element as Value]]));
}

function shownAfter(command: Command): readonly string[] | undefined {
  if (command.kind === 'display') return command.fields;
  if (command.kind !== 'stats') return undefined;
  return [...command.by.map(({ column }) => column), ...command.aggregates.map(({ as }) => as)];
}
