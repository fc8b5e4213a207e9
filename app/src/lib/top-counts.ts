/**
 * Counts by key in bounded memory, for the keys that occur most: the space-saving algorithm (Metwally, Agrawal and
 * El Abbadi, 2005). While there are more keys than capacity, a count may be too high, and never is too low.
 */
export class TopCounts {
  readonly #capacity: number;
  readonly #counts = new Map<string, number>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Counts an occurrence of a key. */
  add(key: string): void {
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count + 1);
    else if (this.#counts.size < this.#capacity) this.#counts.set(key, 1);
    else this.#replaceRarest(key);
  }

  /** Returns the keys that occurred most, the first one most, and starts again. */
  drain(limit: number): readonly (readonly [key: string, count: number])[] {
    const entries = [...this.#counts].sort(([, one], [, other]) => other - one);
    this.#counts.clear();
    return entries.slice(0, limit);
  }

  #replaceRarest(key: string): void {
    let rarest: readonly [string, number] | undefined;
    for (const entry of this.#counts) {
      if (rarest === undefined || entry[1] < rarest[1]) rarest = entry;
    }
    if (rarest === undefined) return;
    this.#counts.delete(rarest[0]);
    this.#counts.set(key, rarest[1] + 1);
  }
}
