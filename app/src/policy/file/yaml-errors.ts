import { type Document, isCollection, visit, type YAMLError } from 'yaml';
import type { YamlIssue } from './issues.ts';

/** Errors after which the rest of the file is still read as the author meant it. */
const INDEPENDENT: ReadonlySet<string> = new Set([
  'BAD_ALIAS',
  'BAD_DQ_ESCAPE',
  'BAD_SCALAR_START',
  'DUPLICATE_KEY',
  'TAG_RESOLVE_FAILED',
]);

/** What `git merge` writes around changes that exclude each other. */
const CONFLICT_MARKER = /^(?:<{7} |={7}$|>{7} )/m;

/**
 * Returns the syntax errors of a file, with what the author should write instead. One missing quote or bracket makes the
 * parser report each line below it, so only the first of such errors is returned.
 */
export function syntaxIssues(document: Document, text: string): YamlIssue[] {
  // Warnings too: each is about a value that YAML reads differently, such as `when: !x`, which is a tag.
  const errors = [...document.errors, ...document.warnings].sort(
    (one, other) => one.pos[0] - other.pos[0],
  );
  if (errors.length === 0) return [];
  const conflict = CONFLICT_MARKER.exec(text);
  if (conflict !== null) {
    const message = 'the file contains a merge conflict; keep one of the versions';
    return [{ offset: conflict.index, end: conflict.index + conflict[0].length, message }];
  }
  const issues: YamlIssue[] = [];
  let reportedUpTo = 0;
  for (const error of errors) {
    const offset = error.pos[0];
    if (offset >= reportedUpTo) issues.push(describe(error, document, text));
    if (!INDEPENDENT.has(error.code)) break;
    reportedUpTo = lineEnd(text, offset);
  }
  return issues;
}

const QUOTE_START = `quote a condition that begins with a quote, ! or [, e.g. '!has(geo.city)'`;

function describe(error: YAMLError, document: Document, text: string): YamlIssue {
  const { code, message, pos } = error;
  const [offset, end] = pos;
  const at = (reason: string, from = offset, to = from === offset ? end : from + 1): YamlIssue => ({
    offset: from,
    end: to,
    message: reason,
  });
  const line = text.slice(lineStart(text, offset), lineEnd(text, offset));
  const opening = openBracket(document, text, offset);
  switch (code) {
    case 'DUPLICATE_KEY':
      return at(`duplicate key ${/^[^\s:]*/.exec(text.slice(offset))?.[0]}`);
    case 'MULTIPLE_DOCS':
      return at('the file must be one YAML document, but a second one begins here');
    case 'TAG_RESOLVE_FAILED':
      return at(
        `${message.replace('Unresolved tag:', 'YAML reads this as a tag:')}; ${QUOTE_START}`,
      );
    case 'TAB_AS_INDENT':
      return at('Tabs are not allowed as indentation; indent with spaces');
    case 'BAD_DQ_ESCAPE':
      return at(`${message}; in double quotes, write \\\\ for a backslash, or use single quotes`);
    case 'BAD_SCALAR_START':
      return at(`a value cannot begin with ${text.charAt(offset)}; quote it`);
    case 'BAD_ALIAS':
      return at('YAML reads a value that begins with * or & as an alias or an anchor; quote it');
    case 'BLOCK_IN_FLOW':
      return at(`a value within { } or [ ] contains a colon and a space; quote it`);
    default:
  }
  if (message.startsWith('Missing closing')) {
    const quote = message.includes('"') ? '"' : "'";
    return at(`the closing ${quote} of a value is missing; add it`, openQuote(document, offset));
  }
  if (message.startsWith('Missing ,')) {
    return at('a comma is missing before this value, or the whole value must be quoted');
  }
  // A value such as `No ${geo.country}` or `geo.country in ["KP"]` ends at its first bracket or comma.
  if (opening !== undefined && message.startsWith('Unexpected')) {
    return at('a value within { } or [ ] contains a bracket, a comma or a quote; quote the value');
  }
  if (opening !== undefined) {
    const [bracket, closing] = text[opening] === '{' ? ['{', '}'] : ['[', ']'];
    const comment = text.slice(opening, offset).includes(' #')
      ? ', or quote a value that contains a space and #'
      : '';
    return at(`the ${bracket} has no ${closing}; add it${comment}`, opening);
  }
  if (message.startsWith('Unexpected scalar at node end')) {
    return at(`the value ends before this text; ${QUOTE_START}`);
  }
  if (/^\s*-[\w"']/.test(line)) return at('a space is missing after -; write - id', offset);
  if (/^\s*(?:- +)?[\w.-]+:[^\s:]/.test(line) && code !== 'BAD_INDENT') {
    return at('a space is missing after the colon; write key: value', offset);
  }
  if (message.startsWith('Nested mappings are not allowed')) {
    return /:[ \t]+\S/.test(text.slice(offset, lineEnd(text, offset)))
      ? at('the value contains a colon and a space; quote it')
      : at('the next line is indented too far; align it with this key', offset);
  }
  if (/^\s*- /.test(line)) {
    return at('this line is not aligned with the other items of its list; indent each - equally');
  }
  if (code === 'BAD_INDENT' || message.startsWith('Sequence item without')) {
    return at('this line is not aligned with the lines above it; indent equal levels equally');
  }
  if (code === 'MULTILINE_IMPLICIT_KEY' || message.startsWith('Implicit map keys')) {
    return at('this line has no colon; write key: value, or indent a continued text further');
  }
  return at(message);
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}

/** Returns the last bracket that is opened before an error, and not closed. */
function openBracket(document: Document, text: string, offset: number): number | undefined {
  let opening: number | undefined;
  visit(document, {
    Collection(_, node) {
      if (!isCollection(node) || node.flow !== true || !node.range) return;
      const [start, end] = node.range;
      const isClosed = end <= offset && /[}\]]/.test(text.charAt(end - 1));
      if (start < offset && !isClosed) opening = start;
    },
  });
  return opening;
}

/** Returns where the string begins in which an error was found. */
function openQuote(document: Document, offset: number): number {
  let opening = offset;
  visit(document, {
    Scalar(_, { range }) {
      if (range && range[0] < offset && offset <= range[2]) opening = range[0];
    },
  });
  return opening;
}
