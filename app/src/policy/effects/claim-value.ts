import type { ClaimValue } from '../../action/operation.ts';
import type { ExpressionCompiler } from '../cel/compiler.ts';
import { elementsOf, isScalar, singleOf } from '../cel/semantics/values.ts';
import type { Issues } from '../file/issues.ts';
import {
  allDefined,
  CLAIM_TYPES,
  checkTextTypes,
  compileParts,
  compileTemplate,
  evaluatePart,
  referencesOf,
  renderText,
  type Template,
} from './template.ts';

/** Compiles the value of a claim: a constant, a template, or one `${…}`, whose value keeps its type. */
export function compileClaimValue(
  value: unknown,
  compiler: ExpressionCompiler,
  issues: Issues,
): Template<ClaimValue | undefined> {
  if (typeof value === 'string') return compileString(value, compiler, issues);
  if (Array.isArray(value) && value.every((element) => typeof element === 'string')) {
    const elements = value.map((element, index) =>
      compileTemplate(element, compiler, issues.at(index)),
    );
    return {
      references: elements.flatMap(referencesOf),
      render: (variables) => allDefined(elements.map((parts) => renderText(parts, variables))),
    };
  }
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    issues.add('an integer this large would be rounded; quote it');
  } else if (typeof value !== 'boolean' && !(typeof value === 'number' && Number.isFinite(value))) {
    issues.add('a claim must be a string, a number, true or false, or a list of strings');
  }
  return { references: [], render: () => value as ClaimValue };
}

function compileString(
  text: string,
  compiler: ExpressionCompiler,
  issues: Issues,
): Template<ClaimValue | undefined> {
  const parts = compileParts(text, compiler, issues);
  const [only, rest = ''] = parts;
  // A YAML block ends with a line break.
  const isOne = parts.length === 1 || (parts.length === 2 && rest === '\n');
  if (!isOne || only === undefined || typeof only === 'string') {
    checkTextTypes(parts, issues);
    return {
      references: referencesOf(parts),
      render: (variables) => renderText(parts, variables),
    };
  }
  if (!CLAIM_TYPES.has(only.type)) {
    issues
      .within(only.position, only.length)
      .add(`a claim must be a string, a number, a boolean or a list of strings, not ${only.type}`);
  }
  return {
    references: referencesOf(parts),
    render: (variables) => toClaimValue(evaluatePart(only, variables)),
  };
}

/** Converts a CEL value to a type that the identity server accepts; it silently drops any other. */
function toClaimValue(value: unknown): ClaimValue | undefined {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }
  const single = singleOf(value);
  if (typeof single !== 'string' && isScalar(single)) return toClaimValue(single);
  return toStrings(value)?.map((element) => element.toWellFormed());
}

function toStrings(value: unknown): string[] | undefined {
  const list = elementsOf(value);
  return list?.every((element) => typeof element === 'string') ? [...list] : undefined;
}
