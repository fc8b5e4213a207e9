import { type Document, isAlias, isScalar, type LineCounter, type Node, type Scalar } from 'yaml';
import { findNode, resolveAlias } from './find-node.ts';
import type { Issue, LocatedIssue } from './issues.ts';
import { offsetsOf, type Span } from './scalar-offsets.ts';

/** Returns a function that finds the part of the file that an issue marks. */
export function createSpanFinder(document: Document, text: string): (issue: Issue) => Span {
  // A condition of a thousand lines may have an issue in each.
  const offsets = new Map<Scalar, readonly Span[] | undefined>();
  const partOf = (scalar: Scalar, position: number, length: number): Span | undefined => {
    if (!offsets.has(scalar)) offsets.set(scalar, offsetsOf(scalar, text));
    const spans = offsets.get(scalar);
    const first = spans?.[Math.min(position, spans.length - 1)];
    if (spans === undefined || first === undefined) return undefined;
    const last = spans[Math.min(position + length, spans.length) - 1] ?? first;
    return { start: first.start, end: last.end };
  };
  return ({ path, position, length = 1, mark }) => {
    const { node, value } = findNode(document, path);
    const scalar = position === undefined ? undefined : resolveAlias(document, value);
    const part = isScalar(scalar) ? partOf(scalar, position ?? 0, length) : undefined;
    if (part !== undefined) return part;
    const isMarked = mark !== 'key' && value !== undefined && isBesideKey(value, node, text);
    return spanOf(isMarked ? value : node);
  };
}

function spanOf(node: Node | undefined): Span {
  const [start, end] = node?.range ?? [0, 1];
  return { start, end };
}

/** Returns whether a value is a scalar that begins in the line of its key. */
function isBesideKey(value: Node, key: Node | undefined, text: string): boolean {
  if (isScalar(value)) {
    if (value.type === 'BLOCK_FOLDED' || value.type === 'BLOCK_LITERAL') return false;
    // An empty value, such as that of `rules:`, is null.
    if (value.range?.[0] === value.range?.[1]) return false;
  } else if (!isAlias(value)) {
    return false;
  }
  return !text.slice(key?.range?.[0], value.range?.[0]).includes('\n');
}

/** What an issue says, and the part of the file that it marks. */
export type MarkedIssue = Pick<Issue, 'message' | 'severity' | 'check' | 'suggestion'> &
  Partial<Pick<LocatedIssue, 'place' | 'rule'>> & { readonly span: Span };

/** Returns a function that adds line, column and excerpt to an issue. */
export function createLocator(
  text: string,
  file: string,
  lines: LineCounter,
): (issue: MarkedIssue) => LocatedIssue {
  return ({ span, place = '', rule, message, severity, check, suggestion }) => {
    const { line, col: column } = lines.linePos(span.start);
    const lineStart = span.start - column + 1;
    const lineEnd = text.indexOf('\n', span.start);
    const excerpt = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).replace(/\r$/, '');
    // What continues in other lines is marked to the end of the first one.
    const to = Math.min(span.end - lineStart, excerpt.trimEnd().length) + 1;
    return {
      severity,
      ...(check !== undefined && { check }),
      file,
      line,
      column,
      place,
      ...(rule !== undefined && { rule }),
      message: sentence(message),
      excerpt,
      caret: { from: column, to: Math.max(to, column + 1) },
      ...(suggestion !== undefined && { suggestion }),
      text: textOf(file, line, place, message),
    };
  };
}

/** Returns an error about a line whose text cannot be shown. */
export function locateInFile(file: string, line: number, message: string): LocatedIssue {
  return {
    severity: 'error',
    file,
    line,
    column: 1,
    place: '',
    message: sentence(message),
    excerpt: '',
    caret: { from: 1, to: 1 },
    text: textOf(file, line, '', message),
  };
}

function textOf(file: string, line: number, place: string, message: string): string {
  return `${file}:${line}: ${place === '' ? '' : `${place}: `}${sentence(message)}`;
}

function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
