import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../settings.ts';

export type { Logger };

/** Lines of JSON on standard output, written in the background so that a slow reader delays no answer. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? pino.destination({ fd: 1, sync: false }),
  );
}
