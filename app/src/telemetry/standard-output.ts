import { pino } from 'pino';

/** Lines of text, written in the background. */
export interface StandardOutput {
  /** Takes one line, with its line feed. */
  write(line: string): void;
  /** Writes what is left, then calls back; never, where nobody takes it. Nothing can be written any more. */
  end(then: () => void): void;
}

/** Characters that are written together: what a pipe holds. */
const TOGETHER = 64 * 1024;

/** Milliseconds after which fewer are written, too. */
const LATEST = 100;

/** Characters that wait to be written, at the most: some ten thousand records. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Standard output. A reader that is slow or gone delays no answer, and costs lines and no memory.
 * Lines are put together here: a write for each costs more than the decision that it tells of, and
 * pino's own stream measures all that waits again with each line.
 *
 * @param onLost is told how many lines could not be written.
 */
export function openStandardOutput(
  onLost: (lines: number) => void = () => undefined,
): StandardOutput {
  let waiting = '';
  const flush = () => {
    if (waiting === '') return;
    output.write(waiting);
    waiting = '';
  };
  // However the process ends: before pino, which then writes what it has been given.
  process.once('exit', flush);
  const output = pino.destination({ fd: 1, sync: false, maxLength: MOST_WAITING });
  output.on('drop', (text: string) => onLost(text.split('\n').length - 1));
  // A disk that is full, say: what could not be written is tried again, until it is dropped.
  output.on('error', () => undefined);
  const timer = setInterval(flush, LATEST);
  timer.unref();
  return {
    write(line) {
      waiting += line;
      if (waiting.length >= TOGETHER) flush();
    },
    end(then) {
      clearInterval(timer);
      process.off('exit', flush);
      flush();
      // To flush is not enough: it waits for no line that is being written, and an exit would cut it off.
      output.once('close', then);
      output.end();
    },
  };
}
