/** Requests of one kind that were refused since the last line about them. */
export interface Rejections {
  readonly status: number;
  readonly count: number;
  /** Of the last one; a sentence of our own, with nothing of the request in it. */
  readonly why: string;
}

/** Runs `task` once after `delay` milliseconds. */
export type Later = (task: () => void, delay: number) => void;

export interface RejectionLog {
  /** Takes one refused request. */
  add(status: number, why: string): void;
  /** Tells at once what has not been told yet. */
  flush(): void;
}

/** Milliseconds between two lines about one kind. */
const INTERVAL = 1000;

/**
 * Tells of refused requests without letting whoever sends them fill the log: the first one at once, those
 * that follow within a second together, when it is over. Each request is in one of the counts.
 *
 * @param later for a test's clock.
 */
export function createRejectionLog(
  tell: (rejections: Rejections) => void,
  later: Later = onTimer,
): RejectionLog {
  /** What has been held back since the last line about a kind, which was less than a second ago. */
  const held = new Map<string, Rejections>();

  function release(kind: string): void {
    const rejections = held.get(kind);
    held.delete(kind);
    if (rejections === undefined || rejections.count === 0) return;
    hold(kind, rejections.status);
    tell(rejections);
  }

  function hold(kind: string, status: number): void {
    held.set(kind, { status, count: 0, why: '' });
    later(() => release(kind), INTERVAL);
  }

  return {
    add(status, why) {
      const kind = kindOf(status, why);
      const rejections = held.get(kind);
      if (rejections === undefined) {
        hold(kind, status);
        tell({ status, count: 1, why });
      } else {
        held.set(kind, { status, count: rejections.count + 1, why });
      }
    },
    flush() {
      for (const [kind, rejections] of held) {
        if (rejections.count === 0) continue;
        held.set(kind, { ...rejections, count: 0 });
        tell(rejections);
      }
    },
  };
}

/**
 * Few sentences explain a 401, and whoever guesses credentials must not hide the one that says that the
 * identity server shows an expired credential. Other statuses have as many reasons as requests have flaws.
 */
function kindOf(status: number, why: string): string {
  return status === 401 ? why : String(status);
}

const onTimer: Later = (task, delay) => void setTimeout(task, delay).unref();
