import { UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import {
  disallowedCharacters,
  hasOnlyAllowedCharacters,
  MAX_DESCRIPTION_LENGTH,
  toAllowedText,
} from '../../action/characters.ts';
import type { ClaimValue } from '../../action/operation.ts';
import type { References } from '../cel/analysis/references.ts';
import type { Expression, ExpressionCompiler } from '../cel/compiler.ts';
import { elementsOf, isScalar, singleOf } from '../cel/semantics/values.ts';
import type { Variables } from '../cel/variables/variables.ts';
import type { Issues } from '../file/issues.ts';
import { splitText } from './interpolation.ts';

type Part = string | Expression;

/** A text with `${…}` in it, or a value that does not change. */
export interface Template<T> {
  render(variables: Variables): T;
  readonly references: readonly References[];
}

/** What stands for a part whose signal is not known: a refusal must not fail for want of a word. */
const UNKNOWN = 'unknown';

/** The description of a refusal. Whatever is put into it, the identity server takes the result. */
export function compileDescription(
  text: string,
  compiler: ExpressionCompiler,
  problems: Issues,
): Template<string> {
  // A block of YAML ends with a line break.
  const parts = compileText(text.trimEnd(), compiler, problems);
  const fixed = parts.filter((part) => typeof part === 'string').join('');
  checkAnswerText(fixed, MAX_DESCRIPTION_LENGTH, problems);
  if (text.trim() === '' && parts.every((part) => typeof part === 'string')) {
    problems.add(
      'a refusal needs a description: without one the client gets a 200 without a token',
    );
  }
  return {
    references: references(parts),
    render(variables) {
      const text = parts.map((part) => (typeof part === 'string' ? part : show(part, variables)));
      return toAllowedText(text.join(''), MAX_DESCRIPTION_LENGTH).trim();
    },
  };
}

/** Checks a fixed text of a refusal against what the identity server reads. */
export function checkAnswerText(text: string, length: number, problems: Issues): void {
  if (!hasOnlyAllowedCharacters(text)) {
    const refused = disallowedCharacters(text).map((character) => JSON.stringify(character));
    problems.add(
      `the identity server does not take ${refused.join(' ')} in a refusal; use letters, digits, spaces and - _ . ! ? ; : ' ( ) [ ]`,
    );
  }
  if (text.length > length) problems.add(`is longer than ${length} characters`);
}

/** The value of a claim: fixed, a text with parts, or one `${…}` that keeps its type. */
export function compileClaimValue(
  value: unknown,
  compiler: ExpressionCompiler,
  problems: Issues,
): Template<ClaimValue | undefined> {
  if (typeof value === 'string') return compileClaimText(value, compiler, problems);
  if (Array.isArray(value) && value.every((element) => typeof element === 'string')) {
    const elements = value.map((element) => compileText(element, compiler, problems));
    return {
      references: elements.flatMap(references),
      render: (variables) => all(elements.map((parts) => join(parts, variables))),
    };
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    problems.add('a whole number this large would be rounded; put it in quotes');
  } else if (typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value))) {
    problems.add('a claim must be a text, a number, true or false, or a list of texts');
  }
  return { references: [], render: () => value as ClaimValue };
}

const CLAIM_TYPES = new Set([
  'string',
  'int',
  'uint',
  'double',
  'bool',
  'list<string>',
  'list<dyn>',
  'list',
  'dyn',
]);

function compileClaimText(
  text: string,
  compiler: ExpressionCompiler,
  problems: Issues,
): Template<ClaimValue | undefined> {
  const parts = compileParts(text, compiler, problems);
  const [only, rest = ''] = parts;
  // A block of YAML ends its line.
  const isOne = parts.length === 1 || (parts.length === 2 && rest === '\n');
  if (!isOne || only === undefined || typeof only === 'string') {
    checkTextTypes(parts, problems);
    return { references: references(parts), render: (variables) => join(parts, variables) };
  }
  if (!CLAIM_TYPES.has(only.type)) {
    problems.add(
      `a claim cannot be of type ${only.type}: it is a text, a number, a boolean or a list of texts`,
    );
  }
  return {
    references: references(parts),
    render: (variables) => toClaimValue(evaluate(only, variables)),
  };
}

/** Types that have a text; anything else would never show. */
const TEXT_TYPES = new Set([...CLAIM_TYPES, 'google.protobuf.Timestamp']);

/** A text whose `${…}` all have a text themselves. */
function compileText(text: string, compiler: ExpressionCompiler, problems: Issues): Part[] {
  const parts = compileParts(text, compiler, problems);
  checkTextTypes(parts, problems);
  return parts;
}

function checkTextTypes(parts: readonly Part[], problems: Issues): void {
  for (const part of parts) {
    if (typeof part === 'string' || TEXT_TYPES.has(part.type)) continue;
    problems.add(`\${…} cannot put a value of type ${part.type} into a text`);
  }
}

/** Splits a text at its `${…}`, and compiles the expressions. */
function compileParts(text: string, compiler: ExpressionCompiler, problems: Issues): Part[] {
  const { parts, isClosed } = splitText(text);
  if (!isClosed) problems.add('has a ${ that is not closed');
  return parts.flatMap((part) =>
    part.kind === 'fixed' ? part.text : (compiler.compile(part.text, problems) ?? []),
  );
}

function references(parts: readonly Part[]): References[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.references]));
}

function evaluate(expression: Expression, variables: Variables): unknown {
  try {
    const value = expression.evaluate(variables);
    // CEL's uint comes as an object of its own; for a text or a claim it is a whole number.
    return value instanceof UnsignedInt ? value.value : value;
  } catch {
    return undefined;
  }
}

function show(expression: Expression, variables: Variables): string {
  const text = toText(evaluate(expression, variables));
  return text === undefined ? UNKNOWN : toAllowedText(text, MAX_DESCRIPTION_LENGTH);
}

function join(parts: readonly Part[], variables: Variables): string | undefined {
  const texts = parts.map((part) =>
    typeof part === 'string' ? part : toText(evaluate(part, variables)),
  );
  return all(texts)?.join('').toWellFormed();
}

/** `undefined` when one is missing: a claim with a hole in it is worse than none. */
function all<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const found = values.filter((value) => value !== undefined);
  return found.length === values.length ? found : undefined;
}

function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  if (value instanceof Date) return value.toISOString();
  const elements = elementsOf(value);
  return elements && all(elements.map(toText))?.join(' ');
}

function toTexts(value: unknown): string[] | undefined {
  const list = elementsOf(value);
  return list?.every((element) => typeof element === 'string') ? [...list] : undefined;
}

/** What the identity server takes for a claim; it drops anything else in silence. */
function toClaimValue(value: unknown): ClaimValue | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }
  const single = singleOf(value);
  if (typeof single !== 'string' && isScalar(single)) return toClaimValue(single);
  return toTexts(value)?.map((element) => element.toWellFormed());
}
