import type {
  FailedCase,
  LocatedPoint,
  PolicyCoverage,
  TestReport,
} from '../../../tools/policy/cases/test-policies.ts';
import type { Colours } from '../../terminal.ts';

/** Describes the results for a terminal: failures first, the summary last. */
export function reportText(
  report: TestReport,
  minCoverage: number | undefined,
  colours: Colours,
): string {
  const { failed, coverage } = report;
  return [
    ...failed.flatMap((one) => [...failureLines(one, colours), '']),
    ...coverage.flatMap((one) => coverageLines(one, minCoverage, colours)),
    ...(coverage.length > 0 ? [''] : []),
    summary(report, colours),
  ].join('\n');
}

function summary({ results, failed, passed, milliseconds }: TestReport, colours: Colours): string {
  const counts = [
    ...(failed.length > 0 ? [colours.red(`${failed.length} failed`)] : []),
    colours.green(`${passed} passed`),
    `${results.length} in all`,
  ].join(', ');
  return `${colours.bold('Cases:')} ${counts} (${Math.round(milliseconds)} ms)`;
}

function failureLines({ result, policy, why }: FailedCase, colours: Colours): string[] {
  const { case: policyCase, error, mismatches } = result;
  const width = Math.max(0, ...mismatches.map(({ field }) => field.length));
  const values = mismatches.flatMap(({ field, expected, received }) => [
    `  ${field.padEnd(width)}  expected ${colours.green(expected)}`,
    `  ${' '.repeat(width)}  received ${colours.red(received)}`,
  ]);
  return [
    `${colours.red('✗')} ${colours.bold(policyCase.name)}  ${colours.dim(`${policyCase.file}:${policyCase.line}`)}`,
    ...(error === undefined ? [] : [`  ${error}`]),
    ...values,
    ...why.map((line, index) => colours.dim(`  ${index === 0 ? 'why:  ' : '      '}${line}`)),
    ...(why.length === 0 ? [] : [colours.dim(`  more: ${explainCommand(policy, policyCase)}`)]),
  ];
}

function explainCommand(policy: string, { file, name }: FailedCase['result']['case']): string {
  const all = [
    'risk-gate policy explain',
    quote(policy),
    '--case',
    quote(file),
    '--name',
    quote(name),
  ];
  return all.join(' ');
}

/** Quotes an argument for a shell, if necessary. */
function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function coverageLines(
  { policy, percent, reached, total, missing }: PolicyCoverage,
  minCoverage: number | undefined,
  colours: Colours,
): string[] {
  const isBelow = percent < (minCoverage ?? 0);
  const colour = isBelow ? colours.red : percent === 100 ? colours.green : colours.yellow;
  const required = isBelow ? `, but --min-coverage is ${minCoverage}` : '';
  return [
    `${colours.bold('Coverage')} of ${policy}: ${colour(`${percent} %`)} (${reached} of ${total})${required}`,
    ...groupByPlace(missing).flatMap((group) => missingLines(policy, group, colours)),
  ];
}

/** Returns the points in groups: one for each rule, and one for each signal. */
function groupByPlace(points: readonly LocatedPoint[]): LocatedPoint[][] {
  const groups = new Map<string, LocatedPoint[]>();
  for (const point of points) {
    const key = point.rule ?? `unknown.${point.signal}`;
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  return [...groups.values()];
}

function missingLines(policy: string, group: readonly LocatedPoint[], colours: Colours): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const name = first.rule === undefined ? `unknown.${first.signal}` : first.rule;
  const title = `  ${name}  ${colours.dim(`${policy}:${first.line}`)}`;
  if (first.signal !== undefined) {
    const causes = group.map(({ cause }) => cause).join(', ');
    const example = `{ unknown: { ${first.signal}: [${causes}] } }`;
    return [title, `    no case has the causes ${causes}`, exampleLine(example, colours)];
  }
  return [
    title,
    ...group.flatMap(({ missing, example }) => [
      `    ${missing}`,
      ...(example === undefined ? [] : [exampleLine(example, colours)]),
    ]),
  ];
}

function exampleLine(example: string, colours: Colours): string {
  return colours.dim(`      add a case, e.g. given: ${example}`);
}
