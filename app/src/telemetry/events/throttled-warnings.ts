import { LogThrottle } from '../../lib/log-throttle.ts';
import type { Logger } from '../log.ts';

/** Minimum time between two lines of one kind. */
const INTERVAL_MS = 60_000;

/** The fields of a line that say how many occurrences it counts. */
interface CountFields {
  readonly count: number;
  /** ISO 8601; undefined for the first line. */
  readonly since: string | undefined;
}

/**
 * Creates a log of warnings: the first of each kind is written at once, then one line a minute with the count.
 *
 * @param now milliseconds since the epoch.
 * @param toLine returns the fields of a line.
 */
export function createThrottledWarnings<Details>(
  log: Logger,
  now: () => number,
  toLine: (details: Details, counts: CountFields) => object,
): LogThrottle<Details> {
  return new LogThrottle({
    intervalMs: INTERVAL_MS,
    now,
    write(details, { count, since }) {
      const sinceText = since === undefined ? undefined : new Date(since).toISOString();
      log.warn(toLine(details, { count, since: sinceText }));
    },
  });
}
