import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import type { PolicyComparison } from '../../../tools/policy/compare/compare.ts';
import type { Colours } from '../../terminal.ts';
import { changeOf, shorten, summaryOf } from './compare-summary.ts';

/** Returns a comparison for a terminal. */
export function comparisonText(comparison: PolicyComparison, colours: Colours): string {
  const { issues, cases, differences } = comparison;
  const paint = { ' ': colours.dim, '-': colours.red, '+': colours.green };
  const issueLine = (mark: string, issue: LocatedIssue) => `  ${mark} ${issue.text}`;
  const lines = [
    colours.bold(`${comparison.file}: ${summaryOf(comparison)}`),
    ...section('Issues', [
      ...issues.added.map((issue) => issueLine(colours.red(`new ${issue.severity}`), issue)),
      ...issues.fixed.map((issue) => issueLine(colours.green('fixed'), issue)),
      ...issues.remaining.map((issue) => issueLine(issue.severity, issue)),
    ]),
    ...section('Cases that fail', [
      ...(cases?.failing ?? []).flatMap(({ file, line, name, reasons, passedBefore }) => [
        `  ${file}:${line}: ${name}${passedBefore ? ' (passes with the old policy)' : ''}`,
        ...reasons.map((reason) => `    ${reason}`),
      ]),
    ]),
    ...section('Cases that are decided differently', [
      ...(cases?.changed ?? []).flatMap(({ name, before, after }) => [
        `  ${name}`,
        colours.red(`    - ${before}`),
        colours.green(`    + ${after}`),
      ]),
    ]),
    ...section(
      'What no case reaches',
      (cases?.coverage.missing ?? []).map((point) => `  ${point}`),
    ),
    ...section(
      'Changes',
      differences.flatMap((difference) => [
        `  ${difference.part} ${changeOf(difference)}`,
        ...shorten(difference.lines).map(({ sign, text }) => paint[sign](`    ${sign} ${text}`)),
      ]),
    ),
  ];
  return lines.join('\n');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}
