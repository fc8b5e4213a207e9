import { notify } from './hooks.ts';

/** Occurrences of one kind of event since the last line about that kind. */
export interface Occurrences {
  readonly count: number;
  /** When that line was written, in milliseconds since the epoch; undefined for the first of an interval. */
  readonly since: number | undefined;
}

export interface LogThrottleOptions<Details> {
  /** Writes a line with the details of the latest occurrence. Its errors are swallowed. */
  readonly write: (details: Details, occurrences: Occurrences) => void;
  readonly intervalMs: number;
  /** Milliseconds since the epoch. @default Date.now */
  readonly now?: () => number;
}

interface Interval<Details> {
  readonly startedAt: number;
  readonly timer: NodeJS.Timeout;
  details: Details;
  suppressed: number;
}

/**
 * Limits the rate of log lines. The first occurrence of a kind is written at once; those in the interval
 * after it are suppressed, and written as one line with their count when the interval ends. Kinds should be
 * few, such as causes; each uses memory until an interval passes without an occurrence.
 *
 * @example
 * const failures = new LogThrottle<Failure>({ intervalMs: 60_000, write: (failure, { count }) => … });
 * failures.add(failure.cause, failure);
 */
export class LogThrottle<Details> {
  readonly #options: LogThrottleOptions<Details>;
  readonly #intervals = new Map<string, Interval<Details>>();
  #isStopped = false;

  constructor(options: LogThrottleOptions<Details>) {
    this.#options = options;
  }

  /** Writes or counts an occurrence. */
  add(kind: string, details: Details): void {
    if (this.#isStopped) return;
    const interval = this.#intervals.get(kind);
    if (interval === undefined) {
      this.#start(kind, details, { count: 1, since: undefined });
    } else {
      interval.details = details;
      interval.suppressed += 1;
    }
  }

  /** Writes what is suppressed, without waiting for the end of the interval. Later occurrences are ignored. */
  stop(): void {
    this.#isStopped = true;
    for (const {
      timer,
      details,
      suppressed: count,
      startedAt: since,
    } of this.#intervals.values()) {
      clearTimeout(timer);
      if (count > 0) notify(this.#options.write, details, { count, since });
    }
    this.#intervals.clear();
  }

  #start(kind: string, details: Details, occurrences: Occurrences): void {
    const { write, intervalMs, now = Date.now } = this.#options;
    const timer = setTimeout(() => this.#end(kind), intervalMs).unref();
    this.#intervals.set(kind, { startedAt: now(), timer, details, suppressed: 0 });
    notify(write, details, occurrences);
  }

  #end(kind: string): void {
    const interval = this.#intervals.get(kind);
    this.#intervals.delete(kind);
    if (interval === undefined || interval.suppressed === 0) return;
    const { details, suppressed: count, startedAt: since } = interval;
    this.#start(kind, details, { count, since });
  }
}
