/** Hands the latest of many values to a consumer that may be slower than they come: those between are skipped. */
export class LatestValue<Value> {
  #value: Value | undefined;
  #wake: (() => void) | undefined;
  #ended = false;

  put(value: Value): void {
    this.#value = value;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Waits for a value that was not taken before; `undefined` when there will be none. */
  async take(): Promise<Value | undefined> {
    while (this.#value === undefined && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#ended) return undefined;
    const value = this.#value;
    this.#value = undefined;
    return value;
  }
}
