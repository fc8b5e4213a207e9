import { notify } from '../lib/hooks.ts';
import { jittered, type Schedule, scheduleTimer } from '../lib/schedule.ts';

/** What the owner of a refreshed value decides. Times in milliseconds. */
export interface RefreshHooks {
  /** Told of each failed refresh; the last good value stays. The message holds no secret. */
  readonly onError: (error: Error) => void;
  /** Longest time between two refreshes. @default 300000 */
  readonly interval?: number;
  /** Longest time to the next one after a failure. @default 30000 */
  readonly retryInterval?: number;
  /** @default a timer that does not keep the process alive */
  readonly schedule?: Schedule;
  /** From 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
}

export interface RefreshOptions<Value> extends RefreshHooks {
  /** Fetches the value; it must heed the signal or end by itself, as the next refresh waits for it. */
  readonly load: (stop: AbortSignal) => Promise<Value>;
  /** Takes the value over. It throws when the value is none, and leaves the last good one in place. */
  readonly apply: (value: Value) => void;
}

/** Refreshes a value in the background, beginning one interval from now, until it is stopped. */
export function keepFresh<Value>(options: RefreshOptions<Value>): { stop(): void } {
  const { load, apply, onError, interval = 300_000, retryInterval = 30_000 } = options;
  const { schedule = scheduleTimer, random = Math.random } = options;
  const control = new AbortController();
  const { signal } = control;
  let cancel = plan(interval);

  function plan(delay: number): () => void {
    return schedule(refresh, jittered(delay, random));
  }

  async function refresh(): Promise<void> {
    let next = interval;
    try {
      const value = await load(signal);
      if (signal.aborted) return;
      apply(value);
    } catch (error) {
      if (signal.aborted) return;
      next = Math.min(retryInterval, interval);
      notify(onError, error instanceof Error ? error : new Error('A refresh failed.'));
    }
    if (!signal.aborted) cancel = plan(next);
  }

  return {
    stop() {
      control.abort();
      cancel();
    },
  };
}
