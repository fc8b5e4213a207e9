import { emfLines } from './emf.ts';
import type { Metrics } from './metrics.ts';

/** Times in milliseconds. */
export interface PublisherOptions {
  readonly metrics: Metrics;
  /** Writes a line to standard output, which CloudWatch Logs collects. */
  readonly write: (line: object) => void;
  /** The value of the dimension `Service`. */
  readonly service: string;
  /** Time between two flushes. */
  readonly interval: number;
  /** Time since the epoch. */
  readonly now: () => number;
}

export interface Publisher {
  /** Flushes once more, and stops. */
  stop(): void;
}

/** Writes the metrics once per interval, for the first time after one interval. */
export function startPublisher(options: PublisherOptions): Publisher {
  const { metrics, write, service, interval, now } = options;
  const flush = () => {
    for (const line of emfLines(metrics.drain(), { service, timestamp: now() })) {
      try {
        write(line);
      } catch {
        // One line that cannot be written must not lose the others.
      }
    }
  };
  const timer = setInterval(flush, interval);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      flush();
    },
  };
}
