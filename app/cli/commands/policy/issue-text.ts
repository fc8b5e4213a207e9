import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import { displayText } from '../../../tools/display.ts';
import type { Colours } from '../../terminal.ts';
import { displayWidth } from '../../text/display.ts';

/** Characters of a long line that are shown before and after the beginning of the marked part. */
const SHOWN_BEFORE = 60;
const SHOWN_AFTER = 80;

const TAB = '    ';

/** Describes an issue for a terminal: a sentence, and the line of the file with a caret under the marked part. */
export function issueText(issue: LocatedIssue, colours: Colours): string {
  const { file, line, column, severity, place, message, check } = issue;
  const position = colours.bold(`${displayText(file)}:${line}:${column}`);
  const level = severity === 'error' ? colours.red(severity) : colours.yellow(severity);
  const reason = `${place === '' ? '' : `${displayText(place)}: `}${displayText(message)}`;
  const kind = check === undefined ? '' : ` ${colours.dim(`[${check}]`)}`;
  return [`${position} ${level} ${reason}${kind}`, ...excerptLines(issue, colours)].join('\n');
}

function excerptLines(
  { excerpt, line, severity, caret: { from, to } }: LocatedIssue,
  colours: Colours,
): string[] {
  if (excerpt.trim() === '') return [];
  const { before, marked, after } = clip(excerpt, from - 1, to - 1);
  const number = String(line);
  const paint = severity === 'error' ? colours.red : colours.yellow;
  const caret = '^'.repeat(Math.max(1, displayWidth(marked)));
  return [
    `  ${colours.dim(`${number} |`)} ${before}${marked}${after}`.trimEnd(),
    `  ${' '.repeat(number.length)} ${colours.dim('|')} ${' '.repeat(displayWidth(before))}${paint(caret)}`,
  ];
}

/** Returns the parts of a line as a terminal shows them. A line of a policy that is JSON may have megabytes. */
function clip(line: string, from: number, to: number) {
  const start = Math.max(0, from - SHOWN_BEFORE);
  const end = Math.min(line.length, from + SHOWN_AFTER);
  const endOfMark = Math.min(to, end);
  const show = (text: string) => displayText(text.replaceAll('\t', TAB));
  return {
    before: `${start > 0 ? '…' : ''}${show(line.slice(start, from))}`,
    marked: show(line.slice(from, endOfMark)),
    after: `${show(line.slice(endOfMark, end))}${end < line.length ? '…' : ''}`,
  };
}
