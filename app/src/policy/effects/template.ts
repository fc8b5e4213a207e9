import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { References } from '../cel/analysis/references.ts';
import type { Expression, ExpressionCompiler } from '../cel/compiler.ts';
import { elementsOf } from '../cel/semantics/values.ts';
import type { Variables } from '../cel/variables/variables.ts';
import type { Issues } from '../file/issues.ts';
import { splitInterpolations } from './interpolation.ts';

/** A value that may contain `${…}`. */
export interface Template<T> {
  render(variables: Variables): T;
  readonly references: readonly References[];
}

/** An expression, and the place of its `${…}` in the text. */
export interface PlacedExpression extends Expression {
  readonly position: number;
  readonly length: number;
}

/** Fixed text, or an expression. */
export type Part = string | PlacedExpression;

/** CEL types that a claim can have. `dyn` depends on the request. */
export const CLAIM_TYPES: ReadonlySet<string> = new Set([
  ...['string', 'int', 'uint', 'double', 'bool', 'list<string>', 'list<dyn>', 'list', 'dyn'],
]);

/** CEL types that can be converted to text. */
const TEXT_TYPES = new Set([...CLAIM_TYPES, 'google.protobuf.Timestamp']);

/** Compiles a text whose expressions must all have a value that can be converted to text. */
export function compileTemplate(
  text: string,
  compiler: ExpressionCompiler,
  issues: Issues,
): Part[] {
  const parts = compileParts(text, compiler, issues);
  checkTextTypes(parts, issues);
  return parts;
}

/** Splits a text at its `${…}`, and compiles the expressions. */
export function compileParts(text: string, compiler: ExpressionCompiler, issues: Issues): Part[] {
  const { parts, unclosed } = splitInterpolations(text);
  if (unclosed !== undefined) {
    issues.within(unclosed, OPENING.length).add('has a ${ without its closing brace');
  }
  return parts.flatMap(({ kind, text, position }): Part | [] => {
    if (kind === 'fixed') return text;
    const expression = compiler.compile(text, issues.within(position, text.length));
    if (expression === undefined) return [];
    return {
      ...expression,
      position: position - OPENING.length,
      length: OPENING.length + text.length + CLOSING.length,
    };
  });
}

const OPENING = '${';
const CLOSING = '}';

export function checkTextTypes(parts: readonly Part[], issues: Issues): void {
  for (const part of parts) {
    if (typeof part === 'string' || TEXT_TYPES.has(part.type)) continue;
    issues
      .within(part.position, part.length)
      .add(`\${…} cannot insert a value of type ${part.type} into a string`);
  }
}

export function referencesOf(parts: readonly Part[]): References[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.references]));
}

/** Returns the value of an expression, or `undefined` if it cannot be evaluated. */
export function evaluatePart(expression: Expression, variables: Variables): unknown {
  try {
    const value = expression.evaluate(variables);
    // The CEL library represents a uint as an object.
    return value instanceof UnsignedInt ? value.value : value;
  } catch {
    return undefined;
  }
}

/** Renders all parts as one string, or returns `undefined` if one of them has no value. */
export function renderText(parts: readonly Part[], variables: Variables): string | undefined {
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : toText(evaluatePart(part, variables)),
  );
  return allDefined(texts)?.join('').toWellFormed();
}

/** Converts a CEL value to text; `undefined` if it cannot be converted. */
export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  if (value instanceof Date) return value.toISOString();
  const elements = elementsOf(value);
  return elements && allDefined(elements.map(toText))?.join(' ');
}

/** Returns the values, or `undefined` if one of them is: no claim is better than an incomplete one. */
export function allDefined<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const defined = values.filter((value) => value !== undefined);
  return defined.length === values.length ? defined : undefined;
}
