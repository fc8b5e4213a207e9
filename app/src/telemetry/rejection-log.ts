/** Rejected requests of one kind since the last line about that kind. */
export interface RejectionCount {
  readonly status: number;
  readonly count: number;
  /** Why the last one was rejected: a sentence of the service, with nothing from the request in it. */
  readonly why: string;
}

/** Runs `task` once, after `delay` milliseconds. */
export type Schedule = (task: () => void, delay: number) => void;

export interface RejectionLog {
  /** Counts a rejected request. */
  add(status: number, why: string): void;
  /** Reports pending counts now. */
  flush(): void;
}

/** Time between two lines about one kind. */
const INTERVAL_MS = 1000;

/**
 * Logs rejected requests at a bounded rate, so that nobody can fill the log with them: the first of a kind
 * at once, then one line a second with the count. Each request is counted in exactly one line.
 *
 * @param schedule replaces timers in tests.
 */
export function createRejectionLog(
  report: (rejections: RejectionCount) => void,
  schedule: Schedule = setUnrefTimeout,
): RejectionLog {
  /** Rejections since the last line of each kind that was reported within the interval. */
  const pending = new Map<string, RejectionCount>();

  function release(kind: string): void {
    const rejections = pending.get(kind);
    pending.delete(kind);
    if (rejections === undefined || rejections.count === 0) return;
    startInterval(kind, rejections.status);
    report(rejections);
  }

  function startInterval(kind: string, status: number): void {
    pending.set(kind, { status, count: 0, why: '' });
    schedule(() => release(kind), INTERVAL_MS);
  }

  return {
    add(status, why) {
      const kind = kindOf(status, why);
      const rejections = pending.get(kind);
      if (rejections === undefined) {
        startInterval(kind, status);
        report({ status, count: 1, why });
      } else {
        pending.set(kind, { status, count: rejections.count + 1, why });
      }
    },
    flush() {
      for (const [kind, rejections] of pending) {
        if (rejections.count === 0) continue;
        pending.set(kind, { ...rejections, count: 0 });
        report(rejections);
      }
    },
  };
}

/**
 * A 401 has few possible reasons, each a kind of its own: someone who guesses credentials must not suppress
 * the line that says that the identity server uses an expired one. Other statuses have too many reasons.
 */
function kindOf(status: number, why: string): string {
  return status === 401 ? why : String(status);
}

const setUnrefTimeout: Schedule = (task, delay) => void setTimeout(task, delay).unref();
