import { createHash, randomBytes } from 'node:crypto';

/** Rows of a sketch. A key is overcounted only if others share its counter in each of them. */
const ROWS = 4;

/**
 * Finds the counters of keys in the rows of a sketch. Keys are hashed with a secret of this process, so that nobody can
 * choose keys that share the counters of another.
 */
export class SketchRows {
  /** Counters in all rows together. */
  readonly size: number;
  readonly #width: number;
  readonly #secret: Buffer;

  /** @param width counters in each row. */
  constructor(width: number, secret: Buffer = randomBytes(16)) {
    this.size = width * ROWS;
    this.#width = width;
    this.#secret = secret;
  }

  /** Returns the index of the key's counter in each row. */
  slotsOf(key: string): number[] {
    const hash = createHash('sha256').update(this.#secret).update(key).digest();
    return Array.from(
      { length: ROWS },
      (_, row) => row * this.#width + (hash.readUInt32LE(4 * row) % this.#width),
    );
  }
}

type Counters = Uint8Array | Uint16Array;

/** Returns the count of a key: the lowest of its counters. */
export function lowestCount(counters: Counters, slots: readonly number[]): number {
  return Math.min(...slots.map((slot) => counters[slot] ?? 0));
}

/** Counts an event of a key, up to the largest count of the counters; returns the new count. */
export function raiseCount(counters: Counters, slots: readonly number[]): number {
  const maxCount = 2 ** (8 * counters.BYTES_PER_ELEMENT) - 1;
  const next = Math.min(lowestCount(counters, slots) + 1, maxCount);
  for (const slot of slots) {
    // Raises only the counters that determine the count: the others are too high already.
    if ((counters[slot] ?? 0) < next) counters[slot] = next;
  }
  return next;
}
