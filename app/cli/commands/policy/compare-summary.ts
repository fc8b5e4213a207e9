import type { CoverageChange } from '../../../tools/policy/compare/case-changes.ts';
import type { PolicyComparison } from '../../../tools/policy/compare/compare.ts';
import type { DiffLine, PolicyDifference } from '../../../tools/policy/compare/differences.ts';

/** Of one part of the policy; a list can have 100,000 entries. */
const MAX_LINES = 40;
/** Returns what a comparison found, in a few short sentences. */
export function summaryOf({
  isNew,
  issues,
  differences,
  cases,
  minCoverage,
}: PolicyComparison): string {
  const parts = differences.length;
  const changes =
    parts === 0 ? 'No changes.' : `${count(parts, 'part has', 'parts have')} changed.`;
  return `${isNew ? 'This policy is new.' : changes} ${statusOf(issues, cases, minCoverage)}`;
}

function statusOf(
  { added, fixed, remaining }: PolicyComparison['issues'],
  cases: PolicyComparison['cases'],
  minCoverage: number,
): string {
  const all = [...added, ...remaining];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const of = (number: number, noun: string) => count(number, noun, `${noun}s`);
  const texts = [
    `${of(errors, 'error')}, ${of(all.length - errors, 'warning')} (${added.length} new, ${fixed.length} fixed).`,
  ];
  if (cases !== undefined) {
    texts.push(
      `${of(cases.passed, 'case')} passed, ${cases.failing.length} failed, ${count(cases.changed.length, 'is', 'are')} decided differently.`,
      coverageOf(cases.coverage, minCoverage),
    );
  }
  return texts.join(' ');
}

function coverageOf({ before, after }: CoverageChange, minCoverage: number): string {
  const old = before === undefined || before === after ? '' : ` (before: ${before} %)`;
  const least = after >= minCoverage ? '' : `, less than the ${minCoverage} % that are required`;
  return `Coverage ${after} %${old}${least}.`;
}

function count(number: number, one: string, many: string): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Returns what happened to a part of the policy, such as `is changed`. */
export function changeOf({ kind, order }: PolicyDifference): string {
  if (kind === 'moved') return order ?? 'is moved';
  return order === undefined ? `is ${kind}` : `is ${kind}, and ${order}`;
}

/** Limits the lines of a difference. */
export function shorten(lines: readonly DiffLine[]): DiffLine[] {
  if (lines.length <= MAX_LINES) return [...lines];
  const more = lines.length - MAX_LINES;
  return [...lines.slice(0, MAX_LINES), { sign: ' ', text: `… and ${more} more lines` }];
}
