import { pino } from 'pino';

/** Standard output, written in the background. */
export interface StandardOutput {
  /** Writes one line, which ends with a line feed. */
  write(line: string): void;
  /** Writes pending lines, then calls back; never calls back if nobody reads. No writes may follow. */
  end(onEnd: () => void): void;
}

/** A batch of this size is written at once: the capacity of a pipe. */
const BATCH_CHARACTERS = 64 * 1024;

/** Time after which a smaller batch is written. */
const FLUSH_INTERVAL_MS = 100;

/** Limit of pending output, about ten thousand records. Lines beyond it are dropped. */
const MAX_PENDING_CHARACTERS = 16 * 1024 * 1024;

/**
 * Opens standard output. A slow or missing reader costs lines, and neither latency nor memory.
 *
 * Lines are batched here because a separate write costs more than the decision that it reports, and because
 * pino's own stream measures all pending output again at each write.
 *
 * @param onDropped receives the number of lines that could not be written.
 */
export function openStandardOutput(
  onDropped: (lines: number) => void = () => undefined,
): StandardOutput {
  let batch = '';
  const flush = () => {
    if (batch === '') return;
    output.write(batch);
    batch = '';
  };
  // Registered before pino's own listener, which writes pending output however the process exits.
  process.once('exit', flush);
  const output = pino.destination({ fd: 1, sync: false, maxLength: MAX_PENDING_CHARACTERS });
  output.on('drop', (dropped: string) => onDropped(dropped.split('\n').length - 1));
  // For example a full disk. Pino retries failed writes until they are dropped.
  output.on('error', () => undefined);
  const timer = setInterval(flush, FLUSH_INTERVAL_MS);
  timer.unref();
  return {
    write(line) {
      batch += line;
      if (batch.length >= BATCH_CHARACTERS) flush();
    },
    end(onEnd) {
      clearInterval(timer);
      process.off('exit', flush);
      flush();
      // A flush would not wait for the write in progress, which exiting would cut off.
      output.once('close', onEnd);
      output.end();
    },
  };
}
