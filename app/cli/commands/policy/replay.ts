import { InvalidArgumentError, Option } from 'commander';
import type { AddCommand } from '../../command-line.ts';
import { startProgress } from '../../terminal.ts';

const EXAMPLES = `
Examples:
  risk-gate policy replay records.log --policy new.yaml
  risk-gate policy replay exported-logs/ --policy new.yaml --against policy.yaml
  aws logs tail <LogGroup> --since 14d | risk-gate policy replay - --policy new.yaml

Records are lines of the service's log, also as AWS exports and prints them, and compressed with gzip.
By default, the candidate is compared with the recorded outcomes: those of monitor mode if it was on.`;

interface ReplayCommandOptions {
  readonly policy: string;
  readonly against?: string;
  readonly includeTests?: boolean;
  readonly top: number;
  readonly failOn?: 'change' | 'refuse';
}

/** Adds `policy replay`. */
export const addPolicyReplay: AddCommand = (policy, { action, terminal }) => {
  policy
    .command('replay')
    .description('Replay decision records against a policy, and show which outcomes change.')
    .argument('<records...>', 'files or folders with decision records, or - for standard input')
    .requiredOption('--policy <file>', 'the policy to try')
    .option('--against <file>', 'compare with this policy instead of the recorded outcomes')
    .option('--include-tests', 'replay test requests too, such as those of the canary')
    .option('--top <number>', 'countries, clients and missing values to show', parseCount, 10)
    .addOption(
      new Option(
        '--fail-on <change>',
        'exit with 1 if an outcome changes, or changes to refuse',
      ).choices(['change', 'refuse']),
    )
    .addHelpText('after', EXAMPLES)
    .action(
      action(async (paths: readonly string[], options: ReplayCommandOptions) => {
        const { loadPolicy } = await import('../../../tools/policy/load.ts');
        const { replayFiles } = await import('../../../tools/policy/replay/replay-files.ts');
        const { replayText } = await import('./replay-text.ts');
        const { folder, stdin } = terminal;
        const candidate = await loadPolicy(options.policy, folder);
        const against =
          options.against === undefined ? undefined : await loadPolicy(options.against, folder);
        const { includeTests = false, top } = options;
        let stopProgress = () => {};
        const onStart = (bytes: number) => {
          // The size of standard input is unknown.
          if (bytes === 0) return () => {};
          const progress = startProgress(terminal, 'Replaying', toMegabytes(bytes), 'MB');
          stopProgress = progress.stop;
          return (read: number) => progress.update(Math.min(toMegabytes(read), toMegabytes(bytes)));
        };
        const report = await replayFiles(paths, candidate, {
          ...{ folder, stdin, includeTests, top, onStart },
          ...(against && { against }),
        }).finally(() => stopProgress());
        const files = { policy: options.policy, against: options.against };
        return {
          json: { files, ...report },
          text: (colours) => replayText(report, files, colours),
          hasFindings:
            options.failOn === 'change'
              ? report.changed.records > 0
              : options.failOn === 'refuse' &&
                report.changes.byRule.some(({ to }) => to === 'refuse'),
        };
      }),
    );
};

const BYTES_PER_MEGABYTE = 1_000_000;

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_MEGABYTE);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new InvalidArgumentError('It must be a whole number above 0.');
}
