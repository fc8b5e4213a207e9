import { emfLines } from './emf.ts';
import type { Metrics } from './metrics.ts';

export interface PublisherOptions {
  readonly metrics: Metrics;
  /** Where the lines go: standard output, which CloudWatch Logs reads. */
  readonly write: (line: object) => void;
  /** The value of the dimension `Service`. */
  readonly service: string;
  /** Milliseconds between two flushes. */
  readonly interval: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export interface Publisher {
  /** Ends the flushing, after a last one. */
  stop(): void;
}

/** Writes the metrics at each interval, beginning with the first. */
export function startPublisher(options: PublisherOptions): Publisher {
  const { metrics, write, service, interval, now } = options;
  // Never throws: what cannot be measured must not fail what is.
  const flush = () => {
    for (const line of emfLines(metrics.drain(), { service, timestamp: now() })) {
      try {
        write(line);
      } catch {
        // The next line has another try.
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
