import type { Readable } from 'node:stream';
import type { Policy } from '../../../src/policy/policy.ts';
import { ToolError } from '../../errors.ts';
import { type InputSummary, readRecords } from '../../records/read-records.ts';
import { findSources } from '../../records/sources.ts';
import { Replay, type ReplayOptions } from './replay.ts';
import type { ReplayReport } from './report.ts';

export interface ReplayFilesOptions extends ReplayOptions {
  /** The folder to which the paths are relative. */
  readonly folder: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** Called when the size of all files is known. Returns what receives the bytes that have been read. */
  readonly onStart?: (bytes: number) => (read: number) => void;
}

export interface FilesReport extends ReplayReport {
  readonly input: InputSummary;
}

/**
 * Replays the decision records in files and folders, or from standard input (`-`), against a candidate.
 *
 * @throws ToolError if a file cannot be read, or if there is no record in any of them.
 */
export async function replayFiles(
  paths: readonly string[],
  candidate: Policy,
  options: ReplayFilesOptions,
): Promise<FilesReport> {
  const sources = await findSources(paths, options.folder, options.stdin);
  const onProgress = options.onStart?.(sources.reduce((sum, { size }) => sum + size, 0));
  const replay = new Replay(candidate, options);
  const onValue = (value: unknown) => replay.add(value) !== 'not-a-decision';
  const input = await readRecords(sources, { onValue, ...(onProgress && { onProgress }) });
  const report = { ...replay.report(), input };
  if (report.replayed.records === 0) throw new ToolError(describeNoRecords(report));
  return report;
}

function describeNoRecords({ tests, input }: FilesReport): string {
  if (tests > 0) {
    return `The input contains only records of test requests (${tests}): add --include-tests, or name the records of real requests.`;
  }
  const lines = input.otherLines + input.brokenLines;
  const read = `${lines} other ${lines === 1 ? 'line' : 'lines'}`;
  return `The input contains no decision records (${read}): name files with lines such as {"event":"decision",…}, as the service prints them.`;
}
