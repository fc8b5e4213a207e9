/** Answers that are held back for others at the most. */
const MAX_BATCH = 64;

/**
 * Lets requests that arrive together be read, then decided one right behind the other, then answered
 * together. Done for one connection after the other, each step finds the processor filled
 * with the code of the last one, and each answer wakes its reader by itself: with 32 connections a
 * decision then takes twice the processor time. Known as cohort scheduling (Larus and Parkes, USENIX
 * 2002). Each is decided to its end before the next one begins, unless it waits for a lookup; one that is
 * alone waits for the turn of the event loop and for nobody.
 */
export class RequestBatcher {
  #undecided = 0;
  #held = 0;
  #answered: Promise<void> | undefined;
  #release = (): void => undefined;

  /** For a request that was read: resolves when all that has arrived with it was read, too. */
  afterReads(): Promise<void> {
    this.#undecided++;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#undecided--;
        resolve();
      });
    });
  }

  /** For a request that was decided: resolves when those that were read with it are as well. */
  afterDecisions(): Promise<void> {
    this.#answered ??= this.#hold();
    const answered = this.#answered;
    this.#held++;
    if (this.#undecided === 0 || this.#held === MAX_BATCH) this.#release();
    return answered;
  }

  #hold(): Promise<void> {
    return new Promise((resolve) => {
      // The last of them may wait for a lookup, or be no request of ours.
      const latest = setImmediate(() => this.#release());
      this.#release = () => {
        clearImmediate(latest);
        this.#held = 0;
        this.#answered = undefined;
        resolve();
      };
    });
  }
}
