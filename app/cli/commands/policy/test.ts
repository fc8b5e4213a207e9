import { Option } from 'commander';
import type { TestPoliciesOptions } from '../../../tools/policy/cases/test-policies.ts';
import type { AddCommand } from '../../command-line.ts';
import { startProgress, type Terminal } from '../../terminal.ts';
import { parsePercent } from './percent.ts';

const EXAMPLES = `
Examples:
  risk-gate policy test
  risk-gate policy test cases --policy policy.yaml --min-coverage 100
  risk-gate policy test --filter "office hours"

Cases are in files *.cases.yaml. docs/policy-tests.md shows how to write them.`;

/** The folder with the cases of the default policy. */
const DEFAULT_FOLDER = 'app/policy-cases';

interface Options {
  readonly policy?: string;
  readonly filter?: string;
  readonly minCoverage?: number;
  readonly junit?: string;
}

/** Adds `policy test`. */
export const addPolicyTest: AddCommand = (policy, { action, terminal }) => {
  policy
    .command('test')
    .description('Run the test cases of policies, and measure what they cover.')
    .argument('[paths...]', 'folders with *.cases.yaml files, or such files', [DEFAULT_FOLDER])
    .option('--policy <file>', 'test this policy instead of those that the files name')
    .option('-t, --filter <text>', 'run only cases whose names contain the text, without coverage')
    .addOption(
      new Option('--min-coverage <percent>', 'fail below this coverage, from 0 to 100')
        .argParser(parsePercent)
        .conflicts('filter'),
    )
    .option('--junit <file>', 'also write the results as JUnit XML')
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (paths: readonly string[], options: Options) => {
        const { testPolicies } = await import('../../../tools/policy/cases/test-policies.ts');
        const { reportJson } = await import('../../../tools/policy/cases/report-json.ts');
        const { reportText } = await import('./test-text.ts');
        const { minCoverage, filter, junit } = options;
        const report = await testPolicies({
          ...{ paths, filter, policy: options.policy, folder: terminal.folder },
          onStart: progressOn(terminal),
        });
        if (junit !== undefined) {
          const { writeJUnit } = await import('../../../tools/policy/cases/junit.ts');
          await writeJUnit(report, junit, terminal.folder);
        }
        const isBelow = report.coverage.some(({ percent }) => percent < (minCoverage ?? 0));
        return {
          json: reportJson(report, minCoverage),
          text: (colours) => reportText(report, minCoverage, colours),
          hasFindings: report.failed.length > 0 || isBelow,
        };
      }),
    );
};

/** Fewer cases are done before a bar could be read. */
const MIN_CASES_FOR_PROGRESS = 1000;

function progressOn(terminal: Terminal): NonNullable<TestPoliciesOptions['onStart']> {
  return (total) => {
    if (total < MIN_CASES_FOR_PROGRESS) return () => {};
    const progress = startProgress(terminal, 'Testing', total, 'cases');
    return (done) => {
      progress.update(done);
      if (done === total) progress.stop();
    };
  };
}
