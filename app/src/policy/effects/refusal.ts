import {
  disallowedCharacters,
  hasOnlyAllowedCharacters,
  indexOfDisallowed,
  MAX_DESCRIPTION_LENGTH,
  MAX_REASON_LENGTH,
  toAllowedText,
} from '../../action/characters.ts';
import { FORBIDDEN_REASONS } from '../../action/response.ts';
import type { Expression, ExpressionCompiler } from '../cel/compiler.ts';
import type { Variables } from '../cel/variables/variables.ts';
import type { Issues } from '../file/issues.ts';
import type { EffectsDefinition } from '../file/schema.ts';
import { splitInterpolations } from './interpolation.ts';
import { compileTemplate, evaluatePart, referencesOf, type Template, toText } from './template.ts';

/** The refusal of a token: OAuth's `error` and `error_description`. */
export interface Refusal {
  readonly reason: string;
  readonly description: string;
}

/** Compiles `deny`: a description, or a reason and a description. */
export function compileRefusal(
  deny: NonNullable<EffectsDefinition['deny']>,
  compiler: ExpressionCompiler,
  issues: Issues,
): Template<Refusal> {
  const isShort = typeof deny === 'string';
  const { reason = 'access_denied', description } = isShort ? { description: deny } : deny;
  const compiledReason = checkReason(reason, isShort ? issues : issues.at('reason'));
  const template = compileDescription(
    description,
    compiler,
    isShort ? issues : issues.at('description'),
  );
  return {
    references: template.references,
    render: (variables) => ({
      reason: compiledReason,
      description: template.render(variables),
    }),
  };
}

function checkReason(text: string, issues: Issues): string {
  const reason = text.trim();
  if (reason === '') issues.add('a reason must not be empty');
  if (reason.includes('${')) {
    issues.add('a reason must not contain an expression; put it into the description');
  } else checkCharacters(reason, MAX_REASON_LENGTH, issues, positionOfDisallowed(text));
  if (FORBIDDEN_REASONS.has(reason.toLowerCase())) {
    issues.add(
      `the identity server does not treat the reason ${reason} as a refusal; use e.g. access_denied`,
    );
  }
  return reason;
}

/** Compiles a description. The identity server accepts the result, whatever its expressions evaluate to. */
function compileDescription(
  text: string,
  compiler: ExpressionCompiler,
  issues: Issues,
): Template<string> {
  // A YAML block ends with a line break.
  const parts = compileTemplate(text.trimEnd(), compiler, issues);
  const fixed = parts.filter((part) => typeof part === 'string').join('');
  checkCharacters(fixed, MAX_DESCRIPTION_LENGTH, issues, positionOfDisallowed(text));
  if (text.trim() === '' && parts.every((part) => typeof part === 'string')) {
    issues.add('a refusal needs a description: without one the client gets a 200 without a token');
  }
  return {
    references: referencesOf(parts),
    render(variables) {
      const texts = parts.map((part) =>
        typeof part === 'string' ? part : renderPart(part, variables),
      );
      return toAllowedText(texts.join(''), MAX_DESCRIPTION_LENGTH).trim();
    },
  };
}

/** Returns where the first character is that the identity server rejects, outside the expressions. */
function positionOfDisallowed(text: string): number | undefined {
  for (const part of splitInterpolations(text).parts) {
    const index = part.kind === 'fixed' ? indexOfDisallowed(part.text) : -1;
    if (index >= 0) return part.position + index;
  }
  return undefined;
}

/** @param position of the first character that is not allowed. */
function checkCharacters(
  text: string,
  maxLength: number,
  issues: Issues,
  position: number | undefined,
): void {
  if (!hasOnlyAllowedCharacters(text)) {
    const characters = disallowedCharacters(text).map((character) => JSON.stringify(character));
    issues.add(
      `the identity server does not accept ${characters.join(' ')} in a refusal; use letters, digits, spaces and - _ . ! ? ; : ' ( ) [ ]`,
      position === undefined ? {} : { position },
    );
  }
  if (text.length > maxLength) issues.add(`must not be longer than ${maxLength} characters`);
}

/** Replaces an expression that has no value: a refusal must not fail because a signal is unknown. */
const NO_VALUE = 'unknown';

function renderPart(expression: Expression, variables: Variables): string {
  const text = toText(evaluatePart(expression, variables));
  return text === undefined ? NO_VALUE : toAllowedText(text, MAX_DESCRIPTION_LENGTH);
}
