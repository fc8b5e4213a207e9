/**
 * Thrown when a condition reads something that the record lacks. CEL's `&&` and `||` discard it if the other operand
 * decides. A single object, because a stack trace for each throw would cost more than the condition.
 */
const NOT_RECORDED = new Error('the record does not contain the value');

/** Collects what an evaluation read although the record lacks it. */
export class MissingParts {
  readonly #names = new Set<string>();

  get size(): number {
    return this.#names.size;
  }

  /** CEL names, such as `token.claims` and `geo.city`. */
  get names(): Iterable<string> {
    return this.#names;
  }

  clear(): void {
    // V8 allocates a new table to clear a set.
    if (this.#names.size > 0) this.#names.clear();
  }

  /** Ends the evaluation of the part of a condition that reads the value. */
  fail(name: string): never {
    this.#names.add(name);
    throw NOT_RECORDED;
  }
}
