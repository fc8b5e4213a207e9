import type { LineCounter } from 'yaml';
import type { Issue, LocatedIssue } from './issues.ts';

/** An issue at an offset of the file. */
export type IssueAtOffset = Pick<
  Issue,
  'message' | 'severity' | 'check' | 'length' | 'suggestion'
> &
  Partial<Pick<LocatedIssue, 'place' | 'rule'>> & {
    /** In the text of the file, in UTF-16 code units. */
    readonly offset: number;
  };

/** Returns a function that adds line, column and excerpt to an issue. */
export function createLocator(
  text: string,
  file: string,
  lines: LineCounter,
): (issue: IssueAtOffset) => LocatedIssue {
  return ({ offset, length = 1, place = '', rule, message, severity, check, suggestion }) => {
    const { line, col: column } = lines.linePos(offset);
    const start = offset - column + 1;
    const end = text.indexOf('\n', offset);
    const excerpt = text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
    const last = Math.max(Math.min(column + length, excerpt.length + 1), column + 1);
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
      caret: { from: column, to: last },
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
