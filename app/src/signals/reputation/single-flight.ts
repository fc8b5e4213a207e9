import { afterTimeLimit } from '../../lib/timeout.ts';

/**
 * One operation that several callers wait for, each with its own timeout. A caller that times out is
 * removed together with its timer; the operation continues for the others.
 */
export class SingleFlight<Value> {
  readonly #waiters = new Set<(value: Value) => void>();

  /**
   * Resolves with the value of `settle`, or with the result of `onTimeout` after `timeoutMs`. A value that
   * arrived in time wins even if the event loop was blocked until after the timeout.
   */
  wait(timeoutMs: number, onTimeout: () => Value): Promise<Value> {
    return new Promise((resolve) => {
      const finish = (value: Value) => {
        cancel();
        this.#waiters.delete(finish);
        resolve(value);
      };
      const cancel = afterTimeLimit(timeoutMs, () => finish(onTimeout()));
      this.#waiters.add(finish);
    });
  }

  /** Resolves every pending `wait` with the value. */
  settle(value: Value): void {
    for (const finish of this.#waiters) finish(value);
  }

  /** Number of pending `wait` calls. */
  get waiters(): number {
    return this.#waiters.size;
  }
}
