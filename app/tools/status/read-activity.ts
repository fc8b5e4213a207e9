import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { ToolError } from '../errors.ts';
import { MAX_ROWS } from '../logs/decision-query.ts';
import { type LogsRow, type RunOptions, runLogsQuery } from '../logs/run-query.ts';
import { type Activity, type ActivityWindow, DEFAULT_DAYS, dayOf, startOf } from './activity.ts';
import { ACTIVITY_COMMANDS } from './activity-query.ts';

const QUERY = ACTIVITY_COMMANDS.join(' | ');

export interface ReadActivityOptions extends RunOptions {
  readonly logGroup: string;
  /** Complete days before today. @default 15 */
  readonly days?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads the activity of all clients from the log of the service: in one query, or in one for each day if there are
 * too many rows.
 *
 * @throws ToolError
 */
export async function readActivity(
  client: CloudWatchLogsClient,
  { logGroup, days = DEFAULT_DAYS, now, ...options }: ReadActivityOptions,
): Promise<ActivityWindow> {
  const today = dayOf(now);
  const firstDay = today - days;
  const read = async (from: number, to: number) =>
    (await runLogsQuery(client, { logGroup, text: QUERY, from, to }, options)).map(toActivity);
  const rows = await read(startOf(firstDay), now);
  if (rows.length < MAX_ROWS) return { rows, firstDay, today, isComplete: true };
  // Not from the first day: a query that ends before the log group was created is an error.
  const firstFound = rows.reduce((first, { day }) => Math.min(first, day), today);
  const all: Activity[] = [];
  let isComplete = true;
  for (let day = firstFound; day <= today; day += 1) {
    const ofDay = await read(startOf(day), Math.min(startOf(day + 1), now));
    if (ofDay.length >= MAX_ROWS) isComplete = false;
    all.push(...ofDay);
  }
  return { rows: all, firstDay, today, isComplete };
}

function toActivity(row: LogsRow): Activity {
  const count = (column: string) => Number(row[column] ?? 0);
  const bin = row['bin(1d)'];
  // As in `2026-11-28 00:00:00.000`.
  const time = Date.parse(`${bin?.replace(' ', 'T')}Z`);
  if (Number.isNaN(time)) {
    throw new ToolError(
      `Logs Insights returned ${bin === undefined ? 'no day' : 'a day in an unknown form'}: look for a newer release of Risk Gate.`,
    );
  }
  const records = count('records');
  return {
    day: dayOf(time),
    tenant: row.tenant ?? '',
    clientId: row.client_id ?? '',
    grant: row.grant ?? '',
    apiVersion: row.api_version,
    contract: row.contract,
    newField: row['new_fields.0'],
    policyMode: row.policy_mode,
    records,
    requests: (records * 100) / Number(row.sampled_percent ?? 100),
    withoutAddress: count('without_address'),
  };
}
