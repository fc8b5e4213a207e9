import { notify } from '../lib/hooks.ts';
import { type Schedule, scheduleTimer, withJitter } from '../lib/schedule.ts';

/** Times are in milliseconds. */
export interface RefreshOptions {
  /** Called after each failed refresh; the last valid value stays. The message contains no secret. */
  readonly onError: (error: Error) => void;
  /** Maximum time between two refreshes. @default 300000 */
  readonly interval?: number;
  /** Maximum time to the next refresh after a failure. @default 30000 */
  readonly retryInterval?: number;
  /** @default a timer that does not keep the process alive */
  readonly schedule?: Schedule;
  /** Returns a number from 0 to 1, for the jitter. @default Math.random */
  readonly random?: () => number;
}

export interface RefreshTask<Value> extends RefreshOptions {
  /** Loads the value. It must respect the signal or have a timeout: the next refresh waits for it. */
  readonly load: (stop: AbortSignal) => Promise<Value>;
  /** Applies the value. If the value is not valid, it throws and keeps the last valid one. */
  readonly apply: (value: Value) => void;
}

/** Refreshes a value in the background, first after one interval, until it is stopped. */
export function refreshPeriodically<Value>(options: RefreshTask<Value>): { stop(): void } {
  const { load, apply, onError, interval = 300_000, retryInterval = 30_000 } = options;
  const { schedule = scheduleTimer, random = Math.random } = options;
  const control = new AbortController();
  const { signal } = control;
  let cancel = scheduleRefresh(interval);

  function scheduleRefresh(delay: number): () => void {
    return schedule(refresh, withJitter(delay, random));
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
    if (!signal.aborted) cancel = scheduleRefresh(next);
  }

  return {
    stop() {
      control.abort();
      cancel();
    },
  };
}
