import { type Command, Option } from 'commander';
import { displayText } from '../../../tools/display.ts';
import { UsageError } from '../../../tools/errors.ts';
import type { AddCommand } from '../../command-line.ts';
import { comparisonMarkdown } from './compare-markdown.ts';
import { comparisonText } from './compare-text.ts';
import { parsePercent } from './percent.ts';

const EXAMPLES = `
Examples:
  risk-gate policy compare policy.yaml --base main
  risk-gate policy compare policy.yaml --against old-policy.yaml --cases policy-cases
  risk-gate policy compare policy.yaml --base main --cases policy-cases --format markdown > report.md

Ends with 1 if the new policy has errors, if a case fails, or if the cases cover too little.`;

interface CompareOptions {
  readonly base?: string;
  readonly against?: string;
  readonly cases?: readonly string[];
  readonly minCoverage?: number;
  readonly format: 'text' | 'markdown';
}

/** Adds `policy compare`. */
export const addPolicyCompare: AddCommand = (policy, { action, terminal }) => {
  addOptions(policy.command('compare')).action(
    action(async (file: string, options: CompareOptions) => {
      const { base, against, cases = [], minCoverage, format } = options;
      if ((base === undefined) === (against === undefined)) {
        throw new UsageError(
          'Expected either --base with a commit, or --against with a file: compare needs an old policy.',
        );
      }
      const { compareFiles } = await import('../../../tools/policy/compare/compare-files.ts');
      const comparison = await compareFiles(
        file,
        { base, against },
        { cases, minCoverage },
        terminal.folder,
      );
      return {
        json: comparison,
        text: (colours) => {
          const shown = withoutControls(comparison);
          return format === 'markdown' ? comparisonMarkdown(shown) : comparisonText(shown, colours);
        },
        hasFindings: !comparison.passes,
      };
    }),
  );
};

/** Replaces characters that a terminal interprets, and those that change the direction of a text. */
function withoutControls<T>(value: T): T {
  const text = JSON.stringify(value, (_, part) =>
    typeof part === 'string' ? displayText(part) : part,
  );
  return JSON.parse(text);
}

function addOptions(command: Command): Command {
  return command
    .description('Compare a policy with an earlier version: issues, cases, and each rule.')
    .argument('<file>', 'the new policy')
    .option('--base <commit>', 'compare with the same file in a branch, a tag or a commit of git')
    .option('--against <file>', 'compare with another file')
    .option('--cases <paths...>', 'decide on these cases with both: folders or *.cases.yaml files')
    .option('--min-coverage <percent>', 'fail below this coverage, from 0 to 100', parsePercent)
    .addOption(
      new Option('--format <format>', 'how to print the result')
        .choices(['text', 'markdown'])
        .default('text'),
    )
    .addHelpText('after', EXAMPLES);
}
