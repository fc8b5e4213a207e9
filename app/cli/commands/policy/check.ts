import type { LocatedIssue } from '../../../src/policy/file/issues.ts';
import { displayText } from '../../../tools/display.ts';
import { UsageError } from '../../../tools/errors.ts';
import type { CheckedFile } from '../../../tools/policy/check.ts';
import type { AddCommand } from '../../command-line.ts';
import type { Colours } from '../../terminal.ts';
import { issueText } from './issue-text.ts';

interface CheckOptions {
  readonly strict?: boolean;
  readonly feeds?: string;
}

const EXAMPLES = `
Examples:
  risk-gate policy check policy.yaml
  risk-gate policy check --strict policies/
  risk-gate policy check --feeds tor-exits,aws-ranges policy.yaml

Errors prevent the start of the service; warnings do not. The exit code is 1 if there are errors, and with --strict
also if there are warnings.`;

/** Adds `policy check`. */
export const addPolicyCheck: AddCommand = (policy, { action, terminal }) => {
  policy
    .command('check')
    .description('Report what is wrong in policies, with line, column and reason.')
    .argument('<file...>', 'policies, folders with policies, or - for standard input')
    .option('--strict', 'exit with 1 if there are warnings')
    .option('--feeds <ids>', 'the feeds of the deployment, comma-separated, as in FEEDS')
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (paths: readonly string[], { strict = false, feeds }: CheckOptions) => {
        const { checkPolicyFiles } = await import('../../../tools/policy/check.ts');
        const configured = feeds === undefined ? undefined : readFeedIds(feeds);
        const files = await checkPolicyFiles(paths, { ...terminal, feeds: configured });
        const issues = files.flatMap((file) => file.issues);
        const { errors, warnings } = count(issues);
        return {
          json: { errors, warnings, files: files.map(fileJson) },
          text: (colours) => describeFiles(files, colours),
          hasFindings: errors > 0 || (strict && warnings > 0),
        };
      }),
    );
};

const FEED_ID = /^[a-z0-9-]{1,40}$/;

/** Reads the ids of `FEEDS`, whose entries may have options and locations: `id#option=value`, `id=https://…`. */
function readFeedIds(text: string): string[] {
  const ids = text
    .split(',')
    .map((entry) => entry.split(/[#=]/)[0]?.trim() ?? '')
    .filter((id) => id !== '');
  // Not repeated in the message: it may be a URL with a token.
  if (ids.some((id) => !FEED_ID.test(id))) {
    throw new UsageError(
      '--feeds must be the ids of feeds, comma-separated, such as tor-exits,aws-ranges.',
    );
  }
  return ids;
}

function count(issues: readonly LocatedIssue[]): { errors: number; warnings: number } {
  const errors = issues.filter(({ severity }) => severity === 'error').length;
  return { errors, warnings: issues.length - errors };
}

/** Characters of a line in JSON. A line of a policy that is JSON may have megabytes. */
const MAX_EXCERPT_LENGTH = 500;

function fileJson({ file, policy, issues }: CheckedFile): object {
  return {
    file,
    revision: policy?.revision ?? null,
    ...count(issues),
    issues: issues.map(({ caret, excerpt, text: _, ...issue }) => ({
      ...issue,
      endColumn: caret.to,
      excerpt: excerpt.slice(0, MAX_EXCERPT_LENGTH),
    })),
  };
}

/** With a wrong separator, each of a list's 100,000 entries can have an issue. */
const MAX_SHOWN_ISSUES = 100;

function describeFiles(files: readonly CheckedFile[], colours: Colours): string {
  const blocks = files.flatMap(({ issues }) => {
    const shown = issues.slice(0, MAX_SHOWN_ISSUES).map((issue) => issueText(issue, colours));
    const more = issues.length - shown.length;
    return more > 0 ? [...shown, `… and ${more} more issues.`] : shown;
  });
  return [...blocks, summarise(files, colours)].join('\n\n');
}

function summarise(files: readonly CheckedFile[], colours: Colours): string {
  const { errors, warnings } = count(files.flatMap(({ issues }) => issues));
  const [only] = files;
  const subject =
    files.length === 1 && only !== undefined ? displayText(only.file) : `${files.length} policies`;
  const found = [
    ...(errors > 0 ? [colours.red(quantity(errors, 'error'))] : []),
    ...(warnings > 0 ? [colours.yellow(quantity(warnings, 'warning'))] : []),
  ];
  if (found.length === 0) return `${colours.green('✓')} ${subject}: no issues.`;
  const consequence =
    errors > 0
      ? `${files.length === 1 ? 'the service does not start with this policy' : 'the service does not start with a policy that has errors'}`
      : 'the service starts, and logs the warnings';
  return `${errors > 0 ? colours.red('✕') : colours.yellow('▲')} ${subject}: ${found.join(', ')}; ${consequence}.`;
}

function quantity(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
