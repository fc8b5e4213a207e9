import {
  type CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsResponse,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { hasCode } from '../aws/aws-error.ts';
import { describeAwsFailure } from '../aws/describe-aws-failure.ts';
import { ToolError } from '../errors.ts';
import { MAX_ROWS } from './decision-query.ts';

/** A query over one log group. */
export interface LogsQuery {
  readonly logGroup: string;
  /** The commands, joined with `|`. */
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly to: number;
}

export interface RunOptions {
  /** Ends the wait for the result. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds between two looks at the result. @default 1000 */
  readonly pollMs?: number | undefined;
}

/** A row of a result: values by column, without those that the row lacks. */
export type LogsRow = Readonly<Record<string, string>>;

const POLL_MS = 1000;

/** Attempts to start a query while others of the account use up the number of concurrent ones. */
const MAX_STARTS = 5;
const RESTART_DELAY_POLLS = 5;

/**
 * Runs a Logs Insights query and returns all of its rows.
 *
 * @throws ToolError if the query cannot be started, fails, or does not end before the signal.
 */
export async function runLogsQuery(
  client: CloudWatchLogsClient,
  query: LogsQuery,
  { signal, pollMs = POLL_MS }: RunOptions = {},
): Promise<readonly LogsRow[]> {
  const what = `The log group ${query.logGroup} cannot be queried`;
  try {
    const queryId = await startQuery(client, query, pollMs, signal);
    for (;;) {
      const result = await client.send(new GetQueryResultsCommand({ queryId }));
      if (result.status === 'Complete') return rowsOf(result);
      if (result.status !== 'Scheduled' && result.status !== 'Running') {
        throw new ToolError(
          `${what}, because Logs Insights ended the query with the status ${result.status}: run it again, over fewer days.`,
        );
      }
      await wait(pollMs, signal);
    }
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    if (signal?.aborted) {
      throw new ToolError(`${what} in time: run it again later, or over fewer days.`);
    }
    throw new ToolError(describeAwsFailure(cause, what));
  }
}

async function startQuery(
  client: CloudWatchLogsClient,
  { logGroup, text, from, to }: LogsQuery,
  pollMs: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const command = new StartQueryCommand({
    logGroupName: logGroup,
    queryString: text,
    // Seconds; both ends are inclusive.
    startTime: Math.floor(from / 1000),
    endTime: Math.ceil(to / 1000) - 1,
    limit: MAX_ROWS,
  });
  for (let start = 1; ; start += 1) {
    signal?.throwIfAborted();
    try {
      return (await client.send(command)).queryId;
    } catch (cause) {
      if (start === MAX_STARTS || !hasCode(cause, 'LimitExceeded')) throw cause;
      await wait(RESTART_DELAY_POLLS * pollMs, signal);
    }
  }
}

function rowsOf({ results = [] }: GetQueryResultsResponse): readonly LogsRow[] {
  return results.map((row) =>
    Object.fromEntries(
      row.flatMap(({ field, value }) =>
        field === undefined || value === undefined ? [] : [[field, value]],
      ),
    ),
  );
}

function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
