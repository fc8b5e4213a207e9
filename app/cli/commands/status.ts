import type { ActionsApi } from '../../tools/actions-api/client.ts';
import type { StackOptions } from '../../tools/aws/stack.ts';
import type { NamedFinding } from '../../tools/findings/finding.ts';
import { type ActivityWindow, DEFAULT_DAYS, formatDay } from '../../tools/status/activity.ts';
import type { Status, StatusInput } from '../../tools/status/status.ts';
import type { AddCommand, CommandResult } from '../command-line.ts';
import { parseCount } from '../parse-count.ts';
import { startProgress, type Terminal } from '../terminal.ts';
import { displayWidth } from '../text/display.ts';
import { REAL_WAITING, type Waiting, withActionsApi } from './identity-server/connect.ts';
import { addIdentityServerOptions, type IdentityServerOptions } from './identity-server/options.ts';
import { addStackLocation, DEFAULT_STACK, type StackCommandOptions } from './stack-options.ts';

interface StatusCommandOptions extends IdentityServerOptions, StackCommandOptions {
  readonly stack?: string;
  readonly records?: readonly string[];
  readonly days: number;
  readonly applications: boolean;
  readonly strict?: boolean;
}

/** As Logs Insights keeps them, and as long as the retention of a log group may be. */
const MAX_DAYS = 400;
const MAX_CLIENTS = 10;

export const addStatus: AddCommand = statusCommand();

/** Returns the command `status`. */
export function statusCommand(waiting: Waiting = REAL_WAITING): AddCommand {
  return (program, { terminal, action }) => {
    const command = program
      .command('status')
      .description(
        'Compares what the identity server reports with what the service has seen, and says what is not protected.',
      );
    addIdentityServerOptions(command).option(
      '--stack <name>',
      `stack of the service (default: ${DEFAULT_STACK}, without --records)`,
    );
    addStackLocation(command)
      .option(
        '--records <path...>',
        'decision records, instead of the log of the stack; - is standard input',
      )
      .option('--days <number>', 'days of the log to read', parseCount(1, MAX_DAYS), DEFAULT_DAYS)
      .option('--no-applications', 'do not read how each application gets its tokens')
      .option('--strict', 'exit with 1 for warnings, too')
      .action(
        action(async (options: StatusCommandOptions): Promise<CommandResult> => {
          const run = async (api: ActionsApi | undefined) => {
            const { readStatus } = await import('../../tools/status/status.ts');
            const status = await readStatus({
              api,
              name: options.name,
              ...(await readService(options, terminal)),
              readsApplications: options.applications,
              onApplication: progressOf(terminal),
            });
            return present(status, options);
          };
          if (!namesServer(options)) return run(undefined);
          // Without the scope for applications, the rest is checked.
          const optional = options.applications ? (['applications'] as const) : [];
          return withActionsApi(options, { required: ['view'], optional }, terminal, waiting, run);
        }),
      );
  };
}

function namesServer(options: StatusCommandOptions): boolean {
  const { organization, apiOrigin, server, tenant } = options;
  return [organization, apiOrigin, server, tenant].some((option) => option !== undefined);
}

/** Reads what the stack should have registered, and the activity of the clients. */
async function readService(
  options: StatusCommandOptions,
  terminal: Terminal,
): Promise<Pick<StatusInput, 'expected' | 'activity' | 'recordedPercent'>> {
  const { records, region, profile } = options;
  const stack = options.stack ?? (records === undefined ? DEFAULT_STACK : undefined);
  const fromStack =
    stack === undefined
      ? undefined
      : await readFromStack({ stack, region, profile }, options, terminal);
  const { expected = {}, recordedPercent } = fromStack ?? {};
  if (records === undefined) {
    return { expected, recordedPercent, activity: await fromStack?.activity() };
  }
  const { activityFromRecords } = await import('../../tools/status/activity-from-records.ts');
  const { folder, stdin } = terminal;
  const activity = await activityFromRecords({ paths: records, folder, stdin });
  return { expected, recordedPercent, activity };
}

async function readFromStack(
  stackOptions: StackOptions,
  { days }: StatusCommandOptions,
  { environment, now }: Terminal,
) {
  const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
  const { clientOptions, listOutput, outputOf, readStack } = await import(
    '../../tools/aws/stack.ts'
  );
  const { readActivity } = await import('../../tools/status/read-activity.ts');
  const stack = await readStack(stackOptions, environment);
  const percent = stack.outputs.get('DecisionLogIssuedPercent');
  return {
    expected: {
      uri: outputOf(stack, 'ActionEndpoint'),
      names: {
        headers: listOutput(stack, 'ActionAllowedHeaders'),
        parameters: listOutput(stack, 'ActionAllowedParameters'),
      },
    },
    recordedPercent: percent === undefined ? undefined : Number(percent),
    async activity(): Promise<ActivityWindow> {
      const client = new CloudWatchLogsClient(clientOptions(stack.region, stack.profile));
      try {
        const logGroup = outputOf(stack, 'LogGroupName');
        return await readActivity(client, { logGroup, days, now: now() });
      } finally {
        client.destroy();
      }
    },
  };
}

function progressOf(terminal: Terminal): (done: number, all: number) => void {
  let progress: ReturnType<typeof startProgress> | undefined;
  return (done, all) => {
    progress ??= startProgress(terminal, 'Reading', all, 'applications');
    progress.update(done);
    if (done === all) progress.stop();
  };
}

async function present(
  { findings, traffic, applicationNames }: Status,
  { strict = false }: StatusCommandOptions,
): Promise<CommandResult> {
  const { countFindings, formatFindings } = await import('../../tools/findings/format.ts');
  const { displayText } = await import('../../tools/display.ts');
  const clients = (traffic?.clients ?? []).map(({ lastDay, requests, ...client }) => ({
    ...client,
    application: applicationNames.get(client.clientId),
    requests: Math.round(requests),
    lastDay: formatDay(lastDay),
  }));
  const rows = clients
    .slice(0, MAX_CLIENTS)
    .map((client) => [
      displayText(client.application ?? client.clientId),
      client.grants.map(displayText).join(', '),
      String(client.requests),
      client.lastDay,
    ]);
  const omitted = clients.length - rows.length;
  return {
    json: {
      findings,
      traffic: traffic && { ...traffic, requests: Math.round(traffic.requests), clients },
    },
    text: ({ bold, green, yellow, red }) => {
      const paint = { ok: green, warning: yellow, error: red };
      const lines = [formatFindings(findings, (text, level) => paint[level](text))];
      if (rows.length > 0) {
        lines.push('', bold('Clients with the most requests'));
        lines.push(
          ...table([['application or client', 'grants', 'requests', 'last day'], ...rows]),
        );
        if (omitted > 0) lines.push(`and ${omitted} more; --json has all.`);
      }
      return [...lines, '', `Result: ${countFindings(findings)}.`].join('\n');
    },
    hasFindings: hasFindings(findings, strict),
  };
}

function hasFindings(findings: readonly NamedFinding[], strict: boolean): boolean {
  return findings.some(({ level }) => level === 'error' || (strict && level === 'warning'));
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  return rows.map((row) =>
    row
      .map(
        (cell, column) =>
          cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - displayWidth(cell))),
      )
      .join('  ')
      .trimEnd(),
  );
}
