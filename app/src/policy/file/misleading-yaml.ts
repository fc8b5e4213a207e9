import { type Document, isAlias, isScalar, type Node, type Scalar, visit } from 'yaml';
import { splitInterpolations } from '../effects/interpolation.ts';
import type { YamlIssue } from './issues.ts';

const HIDDEN_LINES =
  'YAML joins these lines, so the comment after // hides the rest of the condition; write the condition below when: |, or remove the comment';

/**
 * Finds values that YAML changes silently: a negation that is read as a tag (`when: ! address.public`), a CEL
 * comment that hides the lines joined to it, and the different types of a `%YAML 1.1` directive.
 */
export function findMisleadingYaml(document: Document, text: string): YamlIssue[] {
  const issues: YamlIssue[] = [];
  const { version } = document.directives?.yaml ?? {};
  if (version !== undefined && version !== '1.2') {
    const message = `the file is read as YAML 1.2, and %YAML ${version} reads some values differently; remove this line`;
    issues.push({ offset: Math.max(0, text.search(/^%YAML/m)), message });
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'when') return;
      const condition = isAlias(value) ? value.resolve(document) : value;
      if (isScalar(condition) && hidesLines(condition, text, (condition) => [condition])) {
        issues.push({ offset: startOf(key), message: HIDDEN_LINES });
      }
    },
    Scalar(key, scalar) {
      if (scalar.tag === '!') {
        const message =
          "YAML reads the ! before this value as a tag and drops it; quote the whole value, e.g. '!has(geo.city)'";
        issues.push({ offset: startOf(scalar), message });
      }
      if (key !== 'key' && hidesLines(scalar, text, expressionsIn)) {
        issues.push({ offset: startOf(scalar), message: HIDDEN_LINES });
      }
    },
  });
  return issues;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function expressionsIn(value: string): string[] {
  return splitInterpolations(value).parts.flatMap(({ kind, text }) =>
    kind === 'expression' ? text : [],
  );
}

/** Returns whether an expression has a comment to which YAML joined a later line of the file. */
function hidesLines(
  { value, type, range }: Scalar,
  text: string,
  expressions: (value: string) => readonly string[],
): boolean {
  if (typeof value !== 'string' || !value.includes('//') || !range) return false;
  if (type === 'BLOCK_LITERAL') return false;
  const lines = text.slice(range[0], range[1]).trimEnd().split('\n');
  if (lines.length === 1) return false;
  return expressions(value)
    .flatMap(commentsIn)
    .some((comment) => !lines.some((line) => line.includes(comment.trimEnd())));
}

/** CEL string literals, in which // does not begin a comment, and comments. */
const STRINGS_AND_COMMENTS =
  /[rR][bB]?(?:"{3}.*?"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')|"{3}(?:\\.|[^\\])*?"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/gs;

function commentsIn(expression: string): string[] {
  return [...expression.matchAll(STRINGS_AND_COMMENTS)]
    .map(([found]) => found)
    .filter((found) => found.startsWith('//'));
}
