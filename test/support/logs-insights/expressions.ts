import { type Expression, FUNCTIONS, type FunctionName, type Operator } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** Operators by increasing precedence; operators of a level are left-associative. */
const LEVELS: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['=', '!=', '<=', '>=', '<', '>'],
  ['*', '/'],
];

export function readExpression(reader: TokenReader, level = 0): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return readOperand(reader);
  let left = readExpression(reader, level + 1);
  for (;;) {
    const operator = operators.find((each) => reader.skip(each));
    if (operator !== undefined) {
      left = { kind: 'operation', operator, left, right: readExpression(reader, level + 1) };
    } else if (operators.includes('=') && reader.skip('in')) {
      left = { kind: 'in', value: left, among: readSet(reader) };
    } else {
      return left;
    }
  }
}

function readSet(reader: TokenReader): Expression[] {
  reader.expect('[');
  const among = reader.list(() => readOperand(reader));
  reader.expect(']');
  return among;
}

function readOperand(reader: TokenReader): Expression {
  const text = reader.takeIf('string');
  if (text !== undefined) return { kind: 'literal', value: text };
  const number = reader.takeIf('number');
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (reader.skip('(')) {
    const inner = readExpression(reader);
    reader.expect(')');
    return inner;
  }
  const name = reader.name();
  if (!reader.skip('(')) return { kind: 'field', name };
  const known = FUNCTIONS.find((each) => each === name);
  if (known === undefined) throw new Error(`Unsupported function: ${name}.`);
  return readCall(reader, known);
}

/** The supported functions accept only fields, according to their documentation. */
function readCall(reader: TokenReader, name: FunctionName): Expression {
  const fields = reader.list(() => reader.name());
  reader.expect(')');
  if (name !== 'coalesce' && fields.length > 1) throw new Error(`${name} accepts one field.`);
  return { kind: 'call', name, fields };
}

/** Returns the fields that an expression reads. */
export function fieldsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'field':
      return [expression.name];
    case 'call':
      return expression.fields;
    case 'in':
      return [expression.value, ...expression.among].flatMap(fieldsOf);
    case 'operation':
      return [expression.left, expression.right].flatMap(fieldsOf);
  }
}
