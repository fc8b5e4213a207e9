import type { TokenReader } from '../parsing/token-reader.ts';
import { type Expression, FUNCTIONS, type FunctionName, type Operator } from './syntax.ts';

/** Operators by increasing precedence. */
const LEVELS: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['=', '!=', '<=', '>=', '<', '>', 'in'],
  ['*', '/'],
];

export function readExpression(reader: TokenReader): Expression {
  return reader.binary(
    LEVELS,
    () => readOperand(reader),
    (operator, left, right): Expression => {
      if ((operator === 'in') !== (right.kind === 'list')) {
        throw new Error('A list is only valid after "in".');
      }
      return { kind: 'operation', operator, left, right };
    },
  );
}

function readOperand(reader: TokenReader): Expression {
  if (reader.skip('not')) return { kind: 'not', operand: readNegated(reader) };
  const text = reader.takeIf('string');
  if (text !== undefined) return { kind: 'literal', value: text };
  const number = reader.takeIf('number');
  if (number !== undefined) return { kind: 'literal', value: Number(number) };
  if (reader.skip('(')) {
    const inner = readExpression(reader);
    reader.expect(')');
    return inner;
  }
  if (reader.skip('[')) {
    const elements = reader.list(() => readOperand(reader));
    reader.expect(']');
    return { kind: 'list', elements };
  }
  const name = reader.name();
  if (!reader.skip('(')) return { kind: 'field', name };
  const known = FUNCTIONS.find((each) => each === name);
  if (known === undefined) throw new Error(`Unsupported function: ${name}.`);
  return readCall(reader, known);
}

/** Only a call or parentheses: AWS does not document the precedence of `not` over comparisons. */
function readNegated(reader: TokenReader): Expression {
  const operand = readOperand(reader);
  if (operand.kind !== 'call' && operand.kind !== 'operation') reader.fail('a call after "not"');
  return operand;
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
    case 'not':
      return fieldsOf(expression.operand);
    case 'list':
      return expression.elements.flatMap(fieldsOf);
    case 'operation':
      return [expression.left, expression.right].flatMap(fieldsOf);
  }
}
