import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import type { PolicyComparison } from '../../../tools/policy/compare/compare.ts';
import { changeOf, shorten, summaryOf } from './compare-summary.ts';
import { code, codeBlock, codeCell, table } from './markdown.ts';

/** Of issues, and of cases. GitHub's comments have at most 65,536 characters. */
const MAX_ROWS = 50;

/** Returns a comparison for a comment on GitHub. */
export function comparisonMarkdown(comparison: PolicyComparison): string {
  const { file, against, issues, cases, differences } = comparison;
  const issueRows = [
    ...issues.added.map((issue) =>
      issueRow(issue.severity === 'error' ? '❌ new error' : '⚠️ new warning', issue),
    ),
    ...issues.fixed.map((issue) => issueRow('✅ fixed', issue)),
    ...issues.remaining.map((issue) =>
      issueRow(issue.severity === 'error' ? '❌ error' : '⚠️ warning', issue),
    ),
  ];
  const failing = (cases?.failing ?? []).map(({ name, passedBefore, reasons }) => [
    codeCell(name),
    passedBefore ? 'passes' : 'fails',
    reasons.map(codeCell).join('<br>'),
  ]);
  const changed = (cases?.changed ?? []).map(({ name, before, after }) => [
    codeCell(name),
    codeCell(before),
    codeCell(after),
  ]);
  const missing = (cases?.coverage.missing ?? []).map((point) => [codeCell(point)]);
  return [
    `## ${comparison.passes ? '✅' : '❌'} Policy ${code(file)}`,
    '',
    comparison.isNew
      ? summaryOf(comparison)
      : `${summaryOf(comparison)} Compared with ${code(against)}.`,
    '',
    ...tableSection('Issues', ['', 'line', 'place', 'issue'], issueRows),
    ...tableSection('Cases that fail', ['case', 'with the old policy', 'why'], failing),
    ...tableSection('Cases that are decided differently', ['case', 'before', 'now'], changed),
    ...tableSection('What no case reaches', [''], missing),
    ...(differences.length === 0 ? [] : ['### Changes', '']),
    ...differences.flatMap((difference) => {
      const lines = shorten(difference.lines).map(({ sign, text }) => `${sign} ${text}`);
      const title = `**${code(difference.part)}** ${changeOf(difference)}`;
      return [title, '', ...(lines.length === 0 ? [] : codeBlock('diff', lines))];
    }),
  ]
    .join('\n')
    .trimEnd();
}

function tableSection(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [];
  const more = rows.length > MAX_ROWS ? [`… and ${rows.length - MAX_ROWS} more.`, ''] : [];
  return [`### ${title}`, '', ...table(head, rows.slice(0, MAX_ROWS)), ...more];
}

function issueRow(kind: string, { line, place, message, suggestion }: LocatedIssue): string[] {
  const text = suggestion === undefined ? message : `${message} (did you mean ${suggestion}?)`;
  return [kind, String(line), place === '' ? '' : codeCell(place), codeCell(text)];
}
