import { type Document, isAlias, isScalar, type Node, type Scalar, visit } from 'yaml';
import { splitText } from '../effects/interpolation.ts';

/** A place where YAML makes something else of a policy than its author reads. */
export interface YamlIssue {
  /** In the text, of characters. */
  readonly offset: number;
  readonly message: string;
}

const HIDDEN =
  'YAML joins the lines of this text, so the comment after // hides what follows it; write the condition below when: |, or take the comment out';

/**
 * Finds values that YAML changes silently: a negation that it takes for a tag (`when: ! address.public`), a
 * comment of CEL that swallows the lines joined to it, and the other types of a directive `%YAML 1.1`.
 */
export function findMisleadingYaml(document: Document, text: string): YamlIssue[] {
  const issues: YamlIssue[] = [];
  const { version } = document.directives?.yaml ?? {};
  if (version !== undefined && version !== '1.2') {
    const message = `a policy is YAML 1.2, and %YAML ${version} reads some values otherwise; take the line out`;
    issues.push({ offset: Math.max(0, text.search(/^%YAML/m)), message });
  }
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'when') return;
      const condition = isAlias(value) ? value.resolve(document) : value;
      if (isScalar(condition) && hidesLines(condition, text, (whole) => [whole])) {
        issues.push({ offset: startOf(key), message: HIDDEN });
      }
    },
    Scalar(key, scalar) {
      if (scalar.tag === '!') {
        const message =
          "YAML takes the ! before this value for a tag and drops it; put the whole value into quotes, e.g. '!has(geo.city)'";
        issues.push({ offset: startOf(scalar), message });
      }
      if (key !== 'key' && hidesLines(scalar, text, expressionsIn)) {
        issues.push({ offset: startOf(scalar), message: HIDDEN });
      }
    },
  });
  return issues;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function expressionsIn(value: string): string[] {
  return splitText(value).parts.flatMap(({ kind, text }) => (kind === 'expression' ? text : []));
}

/** Whether an expression has a comment to which YAML has joined a line that stands below it in the file. */
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

/** Quoted texts of CEL, in which // begins no comment, and comments. */
const TEXTS_AND_COMMENTS =
  /[rR][bB]?(?:"{3}.*?"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')|"{3}(?:\\.|[^\\])*?"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/gs;

function commentsIn(expression: string): string[] {
  return [...expression.matchAll(TEXTS_AND_COMMENTS)]
    .map(([found]) => found)
    .filter((found) => found.startsWith('//'));
}
