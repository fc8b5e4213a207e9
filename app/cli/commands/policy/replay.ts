import { InvalidArgumentError, Option } from 'commander';
import type { ReplayReport } from '../../../tools/policy/replay/report.ts';
import type { AddCommand } from '../../command-line.ts';
import { parseCount } from '../../parse-count.ts';
import { startProgress } from '../../terminal.ts';

const EXAMPLES = `
Examples:
  risk-gate policy replay records.log --policy new.yaml
  risk-gate policy replay exported-logs/ --policy new.yaml --against policy.yaml
  aws logs tail <LogGroup> --since 14d | risk-gate policy replay - --policy new.yaml

Records are lines of the service's log, also as AWS exports and prints them, and compressed with gzip.
By default, the candidate is compared with the recorded outcomes: those of monitor mode if it was on.`;

/** An outcome that changes, one that changes to a refusal, and a decision whose outcome is not determined. */
const FINDINGS = ['change', 'refuse', 'undetermined'] as const;
type Finding = (typeof FINDINGS)[number];

const HAS: Readonly<Record<Finding, (report: ReplayReport) => boolean>> = {
  change: ({ changed }) => changed.records > 0,
  refuse: ({ outcomes }) => outcomes.some(({ from, to }) => to === 'refuse' && from !== to),
  undetermined: ({ undetermined }) => undetermined.records > 0,
};

interface ReplayCommandOptions {
  readonly policy: string;
  readonly against?: string;
  readonly includeTests?: boolean;
  readonly top: number;
  readonly failOn?: readonly Finding[];
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
    .option(
      '--top <number>',
      'countries, clients and missing values to show',
      parseCount(1, MAX_TOP),
      10,
    )
    .addOption(
      new Option(
        '--fail-on <finding>',
        `exit with 1 if there is one: ${FINDINGS.join(', ')} (repeatable)`,
      ).argParser(collectFinding),
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
          hasFindings: options.failOn?.some((finding) => HAS[finding](report)) === true,
        };
      }),
    );
};

function collectFinding(value: string, previous: readonly Finding[] = []): readonly Finding[] {
  const finding = FINDINGS.find((name) => name === value);
  if (finding !== undefined) return [...previous, finding];
  throw new InvalidArgumentError(`It must be one of ${FINDINGS.join(', ')}.`);
}

/** As many are counted exactly. */
const MAX_TOP = 10_000;

const BYTES_PER_MEGABYTE = 1_000_000;

function toMegabytes(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_MEGABYTE);
}
