import { LogThrottle } from '../lib/log-throttle.ts';

/** Rejected requests of one kind since the last line about that kind. */
export interface RejectionCount {
  readonly status: number;
  readonly count: number;
  /** Why the last one was rejected: a fixed sentence that contains nothing from the request. */
  readonly why: string;
}

export interface RejectionLog {
  /** Counts a rejected request. */
  add(status: number, why: string): void;
  /** Reports pending counts, and ignores later rejections. */
  stop(): void;
}

/** Time between two lines about one kind. */
const INTERVAL_MS = 1000;

/**
 * Logs rejected requests at a bounded rate, so that nobody can fill the log with them: the first of a kind
 * at once, then one line per second with the count. Each request is counted in exactly one line.
 */
export function createRejectionLog(report: (rejections: RejectionCount) => void): RejectionLog {
  const throttle = new LogThrottle<Omit<RejectionCount, 'count'>>({
    intervalMs: INTERVAL_MS,
    write: ({ status, why }, { count }) => report({ status, count, why }),
  });
  return {
    add: (status, why) => throttle.add(kindOf(status, why), { status, why }),
    stop: () => throttle.stop(),
  };
}

/**
 * For 401, each of the few reasons is a separate kind, so that guessed credentials do not suppress the line that
 * reports an expired credential of the identity server. Other statuses have too many reasons.
 */
function kindOf(status: number, why: string): string {
  return status === 401 ? why : String(status);
}
