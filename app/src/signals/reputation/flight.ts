const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * One piece of work that many wait for, each as long as it can. Whoever leaves is forgotten, with
 * its timer; the work goes on for the others.
 */
export class Flight<Value> {
  readonly #waiters = new Set<(value: Value) => void>();

  /** The value when the work lands, or what `late` gives after some milliseconds. */
  wait(milliseconds: number, late: () => Value): Promise<Value> {
    return new Promise((resolve) => {
      const leave = (value: Value) => {
        clearTimeout(timer);
        this.#waiters.delete(leave);
        resolve(value);
      };
      const timer = setTimeout(() => leave(late()), Math.min(milliseconds, LONGEST_TIMER));
      this.#waiters.add(leave);
    });
  }

  /** Gives everybody who waits the value. */
  land(value: Value): void {
    for (const leave of this.#waiters) leave(value);
  }

  /** How many wait. */
  get waiters(): number {
    return this.#waiters.size;
  }
}
