import { createHash } from 'node:crypto';

/** A pseudo-random generator (mulberry32), whose values depend only on the seed. */
export class SeededRandom {
  #state: number;

  constructor(seed: string) {
    this.#state = createHash('sha256').update(seed).digest().readUInt32BE(0);
  }

  /** Returns a number from 0 (inclusive) to 1 (exclusive). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Returns an integer from `min` to `max`, both inclusive. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** Returns true with a probability of `percent`. */
  chance(percent: number): boolean {
    return this.next() * 100 < percent;
  }

  /** Returns an item of the list. */
  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    const item = items[this.integer(0, items.length - 1)];
    return item === undefined ? items[0] : item;
  }
}
