import { fieldOf, type Row, type Value } from './rows.ts';
import type { Expression, Operator } from './syntax.ts';

type Result = Value | boolean | undefined;

/** Reports whether a row matches a condition. */
export function matches(row: Row, condition: Expression): boolean {
  const result = evaluate(row, condition);
  if (typeof result !== 'boolean') throw new Error('A filter must be true or false.');
  return result;
}

/** Evaluates an expression. @throws Error where AWS does not document the result. */
export function evaluate(row: Row, expression: Expression): Result {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'field':
      return fieldOf(row, expression.name);
    case 'call':
      return call(row, expression);
    case 'not':
      return !matches(row, expression.operand);
    case 'list':
      throw new Error('A list has no value.');
    case 'operation':
      return operate(row, expression.operator, expression.left, expression.right);
  }
}

function call(row: Row, { name, fields }: Expression & { readonly kind: 'call' }): Result {
  const values = fields.map((field) => fieldOf(row, field));
  const [first] = values;
  switch (name) {
    case 'ispresent':
      return first !== undefined;
    case 'coalesce':
      return values.find((value) => value !== undefined);
    case 'jsonParse':
      return typeof first === 'string' ? JSON.parse(first) : undefined;
  }
}

function operate(row: Row, operator: Operator, a: Expression, b: Expression): Result {
  if (operator === 'and') return matches(row, a) && matches(row, b);
  if (operator === 'or') return matches(row, a) || matches(row, b);
  if (operator === 'in') {
    return b.kind === 'list' && b.elements.some((each) => operate(row, '=', a, each));
  }
  const left = evaluate(row, a);
  const right = evaluate(row, b);
  if (left === undefined || right === undefined) {
    if (operator === '!=')
      throw new Error(`An operand of != is missing: ${JSON.stringify([a, b])}`);
    return operator === '*' || operator === '/' ? undefined : false;
  }
  if (operator === '*' || operator === '/') {
    return operator === '*' ? number(left) * number(right) : number(left) / number(right);
  }
  if (typeof left !== typeof right) {
    throw new Error(
      `Different types: ${JSON.stringify(left)} ${operator} ${JSON.stringify(right)}`,
    );
  }
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  const difference = number(left) - number(right);
  return { '<': difference < 0, '<=': difference <= 0, '>': difference > 0, '>=': difference >= 0 }[
    operator
  ];
}

function number(value: Result): number {
  if (typeof value !== 'number') throw new Error(`Not a number: ${JSON.stringify(value)}.`);
  return value;
}
