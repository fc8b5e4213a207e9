/** Requests of one status that were refused since the last line about them. */
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

/** Milliseconds between two lines about one status. */
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
  /** What has been held back since the last line about a status, which was less than a second ago. */
  const held = new Map<number, Rejections>();

  function release(status: number): void {
    const rejections = held.get(status);
    held.delete(status);
    if (rejections === undefined || rejections.count === 0) return;
    hold(status);
    tell(rejections);
  }

  function hold(status: number): void {
    held.set(status, { status, count: 0, why: '' });
    later(() => release(status), INTERVAL);
  }

  return {
    add(status, why) {
      const rejections = held.get(status);
      if (rejections === undefined) {
        hold(status);
        tell({ status, count: 1, why });
      } else {
        held.set(status, { status, count: rejections.count + 1, why });
      }
    },
    flush() {
      for (const rejections of held.values()) {
        if (rejections.count === 0) continue;
        held.set(rejections.status, { ...rejections, count: 0 });
        tell(rejections);
      }
    },
  };
}

const onTimer: Later = (task, delay) => void setTimeout(task, delay).unref();
