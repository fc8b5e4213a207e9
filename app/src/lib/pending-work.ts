/** Work in the background that a shutdown waits for. */
export class PendingWork {
  readonly #pending = new Set<Promise<void>>();

  /** Number of pieces of work that have not ended. */
  get size(): number {
    return this.#pending.size;
  }

  /** Adds work that does not reject. */
  add(work: Promise<void>): void {
    const pending = work.then(() => {
      this.#pending.delete(pending);
    });
    this.#pending.add(pending);
  }

  /** Resolves when nothing is pending, work that was added meanwhile included. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }
}
