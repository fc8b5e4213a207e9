import type { Readable } from 'node:stream';
import { ToolError } from '../errors.ts';
import { isDecisionLine, weightOf } from '../policy/replay/decision-line.ts';
import { readRecords } from '../policy/replay/input/read-records.ts';
import { findSources } from '../policy/replay/input/sources.ts';
import { type Activity, type ActivityWindow, dayOf } from './activity.ts';

export interface RecordFiles {
  /** Files or folders, or `-` for standard input. */
  readonly paths: readonly string[];
  /** The folder to which the paths are relative. */
  readonly folder: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
}

/** More combinations of day, client, grant and version are not counted. */
const MAX_ROWS = 200_000;

/** A row while records are counted. */
type Row = { -readonly [Field in keyof Activity]: Activity[Field] };

/**
 * Counts the activity of all clients in decision records. The last record is the end of the window, so that files of
 * an earlier time can be examined.
 *
 * @throws ToolError if a file cannot be read, or if no file has a decision record with a time.
 */
export async function activityFromRecords({
  paths,
  folder,
  stdin,
}: RecordFiles): Promise<ActivityWindow> {
  const rows = new Map<string, Row>();
  let isComplete = true;
  const onValue = (value: unknown): boolean => {
    if (!isDecisionLine(value)) return false;
    const time = Date.parse(String(value.time));
    // Tests are no requests of a client.
    if (Number.isNaN(time) || value.test !== undefined) return true;
    isComplete = count(rows, value, dayOf(time)) && isComplete;
    return true;
  };
  await readRecords(await findSources(paths, folder, stdin), { onValue });
  const days = [...new Set([...rows.values()].map(({ day }) => day))];
  if (days.length === 0) {
    throw new ToolError(
      'The input contains no decision record of a client: name files with lines such as {"event":"decision",…}, as the service prints them.',
    );
  }
  return {
    rows: [...rows.values()],
    firstDay: Math.min(...days),
    today: Math.max(...days),
    isComplete,
  };
}

type DecisionLine = Extract<Parameters<typeof weightOf>[0], object> &
  Readonly<Record<string, unknown>>;

/** @returns false if there are too many rows to count another one. */
function count(rows: Map<string, Row>, record: object, day: number): boolean {
  const line = record as DecisionLine;
  const [newField] = Array.isArray(line.new_fields) ? line.new_fields : [];
  const parts = {
    day,
    tenant: text(line.tenant) ?? '',
    clientId: text(line.client_id) ?? '',
    grant: text(line.grant) ?? '',
    apiVersion: text(line.api_version),
    contract: text(line.contract),
    newField: text(newField),
  };
  const key = JSON.stringify(Object.values(parts));
  let row = rows.get(key);
  if (row === undefined) {
    if (rows.size >= MAX_ROWS) return false;
    row = { ...parts, records: 0, requests: 0, withoutAddress: 0 };
    rows.set(key, row);
  }
  row.records += 1;
  row.requests += weightOf(line);
  if (line.signals?.address?.cause !== undefined) row.withoutAddress += 1;
  return true;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
