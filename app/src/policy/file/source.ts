import { LineCounter, parseDocument } from 'yaml';
import { checkAliases } from './aliases.ts';
import { type Issue, type LocatedIssue, PolicyError, type YamlIssue } from './issues.ts';
import { createLocator, createSpanFinder } from './locate.ts';
import { findMisleadingYaml } from './misleading-yaml.ts';
import { syntaxIssues } from './yaml-errors.ts';

/** A parsed policy file. */
export interface PolicySource {
  readonly value: unknown;
  /** Returns the issues with their places in the file, in the order of the lines. */
  locate(issues: readonly Issue[]): LocatedIssue[];
}

/** Returns the name of a place, and the rule to which it belongs, if any. */
export type PlaceOf = (
  value: unknown,
  path: readonly (string | number)[],
) => Pick<LocatedIssue, 'place' | 'rule'>;

/**
 * Parses YAML 1.2, with merge keys (`<<`). Duplicate keys are errors.
 *
 * @param placeOf names places for messages.
 * @throws PolicyError if the text is not valid YAML.
 */
export function readYaml(
  text: string,
  file: string,
  placeOf: PlaceOf = placeInPolicy,
): PolicySource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const locate = createLocator(text, file, lines);
  const throwIfAny = (found: readonly YamlIssue[]) => {
    if (found.length === 0) return;
    throw new PolicyError(
      found.map(({ offset, end = offset, message }) =>
        locate({
          severity: 'error',
          message,
          span: { start: offset, end: Math.max(end, endOfWord(text, offset)) },
        }),
      ),
    );
  };
  throwIfAny(syntaxIssues(document, text));
  throwIfAny(findMisleadingYaml(document, text));
  throwIfAny(checkAliases(document));
  // `checkAliases` has limited what aliases expand to.
  const value: unknown = document.toJS({ maxAliasCount: -1 });
  return {
    value,
    locate(issues) {
      const spanOf = createSpanFinder(document, text);
      return issues
        .map((issue) => locate({ ...issue, span: spanOf(issue), ...placeOf(value, issue.path) }))
        .sort((one, other) => one.line - other.line || one.column - other.column);
    },
  };
}

/** YAML's errors often mark only the first character of a key or alias. */
function endOfWord(text: string, offset: number): number {
  WORD.lastIndex = offset;
  return WORD.test(text) ? WORD.lastIndex : offset + 1;
}

const WORD = /[*&!<%]*[\w.-]+|<</y;

/** Returns the name of a place, e.g. `rule "high-ip-risk", then.lifetime` for `rules.2.then.lifetime`, and its rule. */
function placeInPolicy(
  value: unknown,
  path: readonly (string | number)[],
): Pick<LocatedIssue, 'place' | 'rule'> {
  const [first, index, ...rest] = path;
  if (first !== 'rules' || typeof index !== 'number') return { place: path.join('.') };
  const rules = (value as { rules?: readonly unknown[] } | null)?.rules;
  const id = (rules?.[index] as { id?: unknown } | null | undefined)?.id;
  const name = typeof id === 'string' ? `rule "${id}"` : `rule ${index + 1}`;
  return {
    place: rest.length === 0 ? name : `${name}, ${rest.join('.')}`,
    ...(typeof id === 'string' && { rule: id }),
  };
}
