import type { Readable } from 'node:stream';
import { ToolError } from '../errors.ts';
import { readRecords } from '../records/read-records.ts';
import { findSources } from '../records/sources.ts';
import type { ActivityWindow } from './activity.ts';
import { ActivityCounter } from './activity-counter.ts';

export interface RecordFiles {
  /** Files or folders, or `-` for standard input. */
  readonly paths: readonly string[];
  /** The folder to which the paths are relative. */
  readonly folder: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
}

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
  const counter = new ActivityCounter();
  await readRecords(await findSources(paths, folder, stdin), {
    onValue: (value) => counter.add(value),
  });
  const rows = counter.rows();
  const days = new Set(rows.map(({ day }) => day));
  if (days.size === 0) {
    throw new ToolError(
      'The input contains no decision record of a client: name files with lines such as {"event":"decision",…}, as the service prints them.',
    );
  }
  return {
    rows,
    firstDay: Math.min(...days),
    today: Math.max(...days),
    isComplete: counter.isComplete,
  };
}
