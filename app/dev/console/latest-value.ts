/** Passes values to a consumer that may be slower than the producer: the latest one replaces those before it. */
export class LatestValue<Value> {
  #value: Value | undefined;
  #wake: (() => void) | undefined;
  #ended = false;

  set(value: Value): void {
    this.#value = value;
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Waits for a value that has not been returned yet. Returns `undefined` after the end. */
  async next(): Promise<Value | undefined> {
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
