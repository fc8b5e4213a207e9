/** Responses that wait for other decisions of their batch. */
const MAX_BATCH = 64;

/**
 * Processes requests that arrive together in batches: all are read, then decided one after another, then
 * responded to. Each is decided to its end before the next one begins, unless it waits for a lookup. A request
 * that arrives alone waits for the next turn of the event loop, and for no other request.
 *
 * Handled connection by connection, every step would find the processor's caches filled by the previous one,
 * and each response would wake its client separately: see docs/decisions/0016-request-batching.md.
 */
export class RequestBatcher {
  #undecided = 0;
  #waiting = 0;
  #batch: Promise<void> | undefined;
  #release = (): void => undefined;

  /** Resolves once every request that has arrived with this one is read. */
  afterReads(): Promise<void> {
    this.#undecided++;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#undecided--;
        resolve();
      });
    });
  }

  /** Resolves once the requests that were read with this one are decided, or a full batch is. */
  afterDecisions(): Promise<void> {
    this.#batch ??= this.#startBatch();
    const batch = this.#batch;
    this.#waiting++;
    if (this.#undecided === 0 || this.#waiting === MAX_BATCH) this.#release();
    return batch;
  }

  #startBatch(): Promise<void> {
    return new Promise((resolve) => {
      // The last request may wait for a lookup, or be rejected.
      const immediate = setImmediate(() => this.#release());
      this.#release = () => {
        clearImmediate(immediate);
        this.#waiting = 0;
        this.#batch = undefined;
        resolve();
      };
    });
  }
}
