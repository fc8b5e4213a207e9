import { TokenReader } from '../parsing/token-reader.ts';
import { fieldsOf, readExpression } from './expressions.ts';
import {
  AGGREGATES,
  type Aggregate,
  type Column,
  type Command,
  type Key,
  type Query,
} from './syntax.ts';

const COMMANDS = ['fields', 'filter', 'unnest', 'stats', 'sort', 'limit', 'display'] as const;

/** Parses a query. @throws Error for anything outside the supported subset. */
export function parseQuery(text: string): Query {
  const reader = new TokenReader(text);
  const commands: Command[] = [readCommand(reader)];
  while (!reader.atEnd) {
    reader.expect('|');
    commands.push(readCommand(reader));
  }
  return { commands, reads: readFields(commands) };
}

function readCommand(reader: TokenReader): Command {
  const kind = reader.oneOf(COMMANDS);
  switch (kind) {
    case 'fields':
      return { kind, columns: reader.list(() => readColumn(reader)) };
    case 'filter':
      return { kind, condition: readExpression(reader) };
    case 'unnest': {
      const list = reader.name();
      reader.expect('into');
      return { kind, list, into: reader.name() };
    }
    case 'stats': {
      const aggregates = reader.list(() => readAggregate(reader));
      return { kind, aggregates, by: reader.skip('by') ? reader.list(() => readKey(reader)) : [] };
    }
    case 'sort':
      return { kind, field: reader.name(), direction: reader.oneOf(['asc', 'desc']) };
    case 'limit':
      return { kind, count: Number(reader.take('number')) };
    case 'display':
      return { kind, fields: reader.list(() => reader.name()) };
  }
}

function readColumn(reader: TokenReader): Column {
  const expression = readExpression(reader);
  if (reader.skip('as')) return { expression, as: reader.name() };
  if (expression.kind !== 'field') reader.fail('"as" and a name');
  return { expression, as: expression.name };
}

/** Every aggregate must have an alias, because default names are hard to sort by. */
function readAggregate(reader: TokenReader): Aggregate {
  const name = reader.oneOf(AGGREGATES);
  reader.expect('(');
  const field = name === 'count' && reader.skip('*') ? undefined : reader.name();
  let percent: number | undefined;
  if (name === 'pct') {
    reader.expect(',');
    percent = Number(reader.take('number'));
  }
  reader.expect(')');
  reader.expect('as');
  return { name, field, percent, as: reader.name() };
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readKey(reader: TokenReader): Key {
  const column = reader.name();
  if (column !== 'bin') return { column };
  reader.expect('(');
  const [, count, unit = ''] = /^(\d+)(\w+)$/.exec(reader.take('duration')) ?? [];
  reader.expect(')');
  const length = UNITS[unit];
  if (length === undefined) throw new Error(`Unsupported unit: ${unit}.`);
  return { column: `bin(${count}${unit})`, bin: Number(count) * length };
}

/** Returns the fields that the query reads and does not create. After `stats` only its own columns remain. */
function readFields(commands: readonly Command[]): Set<string> {
  const reads = new Set<string>();
  let created = new Set<string>();
  let onlyCreated = false;
  const read = (name: string) => {
    if (created.has(name)) return;
    if (onlyCreated) throw new Error(`${name} does not exist after stats.`);
    reads.add(name);
  };
  for (const command of commands) {
    if (command.kind === 'fields') {
      for (const { expression } of command.columns) fieldsOf(expression).forEach(read);
      // Columns of a command are available to the next command.
      for (const { as } of command.columns) created.add(as);
    } else if (command.kind === 'filter') fieldsOf(command.condition).forEach(read);
    else if (command.kind === 'unnest') read(command.list);
    else if (command.kind === 'sort') read(command.field);
    else if (command.kind === 'display') command.fields.forEach(read);
    else if (command.kind === 'stats') {
      for (const { field } of command.aggregates) if (field !== undefined) read(field);
      for (const { column, bin } of command.by) read(bin === undefined ? column : '@timestamp');
      created = new Set([
        ...command.aggregates.map(({ as }) => as),
        ...command.by.map(({ column }) => column),
      ]);
      onlyCreated = true;
    }
  }
  return reads;
}
