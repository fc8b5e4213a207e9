import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../settings.ts';

export type { Logger };

/** Characters that wait to be written, at the most: some ten thousand records. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Standard output, written in the background: a reader that is slow or gone delays no answer, and
 * costs lines and no memory.
 *
 * @param onLost is told of each line, or piece of lines, that could not be written.
 */
export function standardOutput(onLost: () => void = () => undefined) {
  const output = pino.destination({ fd: 1, sync: false, maxLength: MOST_WAITING });
  output.on('drop', onLost);
  // A disk that is full, say: pino ends the writing on a broken pipe, and takes any other for fatal.
  output.on('error', onLost);
  return output;
}

/** Lines of JSON on standard output, or where else they shall go. */
export function createLog(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? standardOutput(),
  );
}
