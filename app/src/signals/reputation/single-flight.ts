import { afterTimeLimit } from '../../lib/timeout.ts';

/**
 * One piece of work that many wait for, each as long as it can. Whoever leaves is forgotten, with
 * its timer; the work goes on for the others.
 */
export class SingleFlight<Value> {
  readonly #waiters = new Set<(value: Value) => void>();

  /**
   * Resolves with the value when the work lands, or with what `late` returns after some milliseconds. A
   * result that arrived within them is never late, however busy the thread was.
   */
  wait(milliseconds: number, late: () => Value): Promise<Value> {
    return new Promise((resolve) => {
      const leave = (value: Value) => {
        cancel();
        this.#waiters.delete(leave);
        resolve(value);
      };
      const cancel = afterTimeLimit(milliseconds, () => leave(late()));
      this.#waiters.add(leave);
    });
  }

  /** Gives everybody who waits the value. */
  settle(value: Value): void {
    for (const leave of this.#waiters) leave(value);
  }

  /** How many wait. */
  get waiters(): number {
    return this.#waiters.size;
  }
}
