/** What happened since the last line about it. */
export interface Occurrences {
  /** This one included. */
  readonly count: number;
  /** When the last line was written, in milliseconds since the epoch; none when this is the first. */
  readonly since: number | undefined;
}

const INTERVAL_MS = 60_000;

interface Line {
  writtenAt: number;
  suppressed: number;
}

/**
 * Keeps a thing that happens often from flooding the log: the first one of each kind is worth a line
 * at once, then one a minute. Kinds are few and fixed, such as causes.
 */
export class LogThrottle<Kind extends string> {
  readonly #now: () => number;
  readonly #lines = new Map<Kind, Line>();

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts one; what a line should say now, if it is time for one. */
  count(kind: Kind): Occurrences | undefined {
    const now = this.#now();
    const line = this.#lines.get(kind);
    if (line === undefined) {
      this.#lines.set(kind, { writtenAt: now, suppressed: 0 });
      return { count: 1, since: undefined };
    }
    line.suppressed += 1;
    // Before the last line the clock was set back: waiting for it could take hours.
    if (now >= line.writtenAt && now - line.writtenAt < INTERVAL_MS) return undefined;
    const occurrences = { count: line.suppressed, since: line.writtenAt };
    line.suppressed = 0;
    line.writtenAt = now;
    return occurrences;
  }
}
