import { type DestinationStream, type Logger, pino } from 'pino';
import type { LogLevel } from '../settings.ts';

export type { Logger };

export interface LogOptions {
  /** @default standard output */
  readonly destination?: DestinationStream;
  /** Is told of each line that was dropped, because nobody takes them. */
  readonly onLost?: () => void;
}

/** Characters that wait to be written, at the most: some ten thousand records. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Lines of JSON on standard output, written in the background: a reader that is slow or gone delays
 * no answer, and costs lines and no memory.
 */
export function createLog(level: LogLevel, { destination, onLost }: LogOptions = {}): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination ?? standardOutput(onLost),
  );
}

function standardOutput(onLost: LogOptions['onLost']): DestinationStream {
  const output = pino.destination({ fd: 1, sync: false, maxLength: MOST_WAITING });
  output.on('drop', () => onLost?.());
  // A disk that is full, say: pino ends the writing on a broken pipe, and takes any other for fatal.
  output.on('error', () => onLost?.());
  return output;
}
