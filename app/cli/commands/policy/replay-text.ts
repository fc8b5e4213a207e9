import type { Outcome } from '../../../src/decide.ts';
import type { FilesReport } from '../../../tools/policy/replay/replay-files.ts';
import type { RuleChange } from '../../../tools/policy/replay/report.ts';
import type { Tally, TopTallies } from '../../../tools/policy/replay/tallies.ts';
import type { Colours } from '../../terminal.ts';
import { changeLines } from './replay-changes-text.ts';
import { columns, count } from './replay-table.ts';

/** The names of the files, for the text. */
export interface ReplayFileNames {
  readonly policy: string;
  readonly against: string | undefined;
}

/** Returns a report for people. */
export function replayText(report: FilesReport, files: ReplayFileNames, colours: Colours): string {
  const sections = [
    [headline(report, files, colours), comparison(report, files)],
    totals(report, colours),
    matrix(report, colours),
    changes(report.changes.byRule, report, colours),
    report.changed.records === 0 ? [] : byCountryAndClient(report, colours),
    undetermined(report, colours),
    notes(report),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function headline(
  { replayed, period, candidate }: FilesReport,
  { policy }: ReplayFileNames,
  colours: Colours,
): string {
  const when =
    period === undefined ? '' : ` from ${toMinute(period.from)} to ${toMinute(period.to)} UTC`;
  const what = `${count(replayed.records)} ${plural(replayed.records, 'decision')}`;
  return colours.bold(
    `Replayed ${what}${when} against ${policy} (revision ${candidate.revision}).`,
  );
}

function comparison({ against, monitored, replayed }: FilesReport, files: ReplayFileNames): string {
  if (against !== undefined) {
    return `Compared with the outcomes under ${files.against} (revision ${against.revision}).`;
  }
  if (monitored === 0) return 'Compared with the recorded outcomes.';
  const dryRun = 'the dry-run outcomes that monitor mode recorded';
  if (monitored === replayed.records) return `Compared with ${dryRun}.`;
  return `Compared with the recorded outcomes; ${count(monitored)} of them are ${dryRun}.`;
}

function totals(report: FilesReport, colours: Colours): string[] {
  const { replayed, unchanged, changed } = report;
  const share = (tally: Tally) => percent(tally.decisions, replayed.decisions);
  const paint = changed.records > 0 ? colours.yellow : colours.green;
  const rows: [string, Tally][] = [
    ['unchanged', unchanged],
    ['changed', changed],
    ['undetermined', report.undetermined],
  ];
  const lines = columns(
    rows.map(([name, tally]) => [name, ...counts(tally, report), share(tally)]),
    report.sampled > 0 ? { header: ['', 'records', 'decisions', ''] } : {},
  );
  return lines.map((line) => (/^ *changed/.test(line) ? paint(line) : line));
}

const OUTCOMES: readonly Outcome[] = ['issue', 'restrict', 'refuse'];

/** Returns the determined decisions by both outcomes: a row for each outcome before. */
function matrix({ outcomes, changed }: FilesReport, colours: Colours): string[] {
  if (changed.records === 0) return [];
  const decisions = (before: Outcome, after: Outcome) =>
    outcomes.find(({ from, to }) => from === before && to === after)?.decisions ?? 0;
  return [
    colours.bold('Decisions by outcome before (rows) and after (columns)'),
    ...columns(
      OUTCOMES.map((from) => [from, ...OUTCOMES.map((to) => count(decisions(from, to)))]),
      { header: ['', ...OUTCOMES] },
    ),
  ];
}

function changes(byRule: readonly RuleChange[], report: FilesReport, colours: Colours): string[] {
  if (byRule.length === 0) {
    return report.unchanged.records === 0 ? [] : [colours.green('No outcome changes.')];
  }
  return changeLines(byRule, report.sampled > 0, colours);
}

function byCountryAndClient(
  { changes: { byCountry, byClient }, sampled }: FilesReport,
  colours: Colours,
): string[] {
  return [
    colours.bold('Changed decisions by country'),
    ...tallies(byCountry, sampled > 0),
    '',
    colours.bold('Changed decisions by client'),
    ...tallies(byClient, sampled > 0),
  ];
}

function undetermined(
  { undetermined: { records, byNeed, byRule }, sampled }: FilesReport,
  colours: Colours,
): string[] {
  if (records === 0) return [];
  return [
    colours.bold('Undetermined decisions, by what the record lacks'),
    ...tallies(byNeed, sampled > 0),
    '',
    colours.bold('Undetermined decisions, by the first rule that could not be decided'),
    ...tallies(byRule, sampled > 0),
  ];
}

function tallies(all: TopTallies, isSampled: boolean): string[] {
  const lines = columns(
    all.top.map(({ key, ...tally }) => [key, ...tallyCounts(tally, isSampled)]),
  );
  if (all.more > 0)
    lines.push(`  and ${all.approximate ? 'at least ' : ''}${count(all.more)} more`);
  return lines;
}

function notes(report: FilesReport): string[] {
  const { tests, sampled, input, outcomes } = report;
  const lines: string[] = [];
  if (sampled > 0) {
    lines.push(
      `Of ${count(sampled)} ${plural(sampled, 'record')} only a sample was written: decisions are estimated from sampled_percent.`,
    );
  }
  if (outcomes.some(({ from, to }) => from === 'restrict' || to === 'restrict')) {
    lines.push(
      'A restriction counts as restrict, as if the request allowed it and the token was not restricted already: records contain neither.',
    );
  }
  const skipped = [
    tests > 0 && `${count(tests)} test ${plural(tests, 'request')}`,
    input.otherLines > 0 && `${count(input.otherLines)} other ${plural(input.otherLines, 'line')}`,
    input.brokenLines > 0 &&
      `${count(input.brokenLines)} broken ${plural(input.brokenLines, 'line')} (first: ${input.firstBroken})`,
  ].filter((part) => part !== false);
  if (skipped.length > 0) lines.push(`Skipped: ${skipped.join(', ')}.`);
  return lines;
}

/** Returns the cells of a tally: decisions are shown only if they differ from the records. */
function counts(tally: Tally, { sampled }: FilesReport): string[] {
  return tallyCounts(tally, sampled > 0);
}

function tallyCounts({ records, decisions }: Tally, isSampled: boolean): string[] {
  return isSampled ? [count(records), `~${count(decisions)}`] : [count(records)];
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(whole, 1)).toFixed(1)} %`;
}

function plural(number: number, noun: string): string {
  return number === 1 ? noun : `${noun}s`;
}

function toMinute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}
