import { createHash, randomBytes } from 'node:crypto';

const HOUR_MS = 3_600_000;

/** Parts of the hour that have counters of their own. Another part is the current one. */
const PARTS = 4;
const PART_MS = HOUR_MS / PARTS;

/** Rows of the sketch. A key is overcounted only if others share its counter in each of them. */
const ROWS = 4;

const MAX_COUNT = 0xffff;

/**
 * Counts events by key over the last hour, in memory that does not depend on the number of keys: a count-min sketch
 * (Cormode and Muthukrishnan, 2005) with conservative updates for each quarter of an hour. A count is never too low; it
 * contains up to 15 minutes more than the hour, and is rarely too high for other reasons with as many keys in a quarter
 * as the sketch has counters in a row.
 *
 * Keys are hashed with a secret of this process, so that nobody can choose keys that share the counters of another.
 */
export class HourlySketch {
  readonly #width: number;
  readonly #now: () => number;
  readonly #secret: Buffer;
  /** The oldest part first, the current one last. */
  readonly #parts: Uint16Array[];
  /** Start of the current part. */
  #startedAt: number;

  /**
   * @param width counters in each of the four rows. A sketch has 40 bytes for each.
   * @param now milliseconds since the epoch.
   */
  constructor(width: number, now: () => number, secret: Buffer = randomBytes(16)) {
    this.#width = width;
    this.#now = now;
    this.#secret = secret;
    this.#parts = Array.from({ length: PARTS + 1 }, () => new Uint16Array(width * ROWS));
    this.#startedAt = now();
  }

  /** Returns the number of events of a key in the last hour. */
  count(key: string): number {
    this.#turn();
    const slots = this.#slots(key);
    return this.#parts.reduce((sum, counters) => sum + lowest(counters, slots), 0);
  }

  /** Counts an event. */
  add(key: string): void {
    this.#turn();
    const slots = this.#slots(key);
    const current = this.#parts[PARTS] as Uint16Array;
    const next = Math.min(lowest(current, slots) + 1, MAX_COUNT);
    for (const slot of slots) {
      // Raises only the counters that determine the count: the others are too high already.
      if ((current[slot] ?? 0) < next) current[slot] = next;
    }
  }

  /** Starts a new part if the current one is over. */
  #turn(): void {
    const now = this.#now();
    // The clock was set back. What has been counted counts for longer rather than not at all.
    if (now < this.#startedAt) this.#startedAt = now;
    const elapsedParts = Math.floor((now - this.#startedAt) / PART_MS);
    // A task can be idle for hours.
    for (let part = 0; part < Math.min(elapsedParts, PARTS + 1); part += 1) {
      const oldest = this.#parts.shift() as Uint16Array;
      this.#parts.push(oldest.fill(0));
    }
    this.#startedAt += elapsedParts * PART_MS;
  }

  #slots(key: string): number[] {
    const hash = createHash('sha256').update(this.#secret).update(key).digest();
    return Array.from(
      { length: ROWS },
      (_, row) => row * this.#width + (hash.readUInt32LE(4 * row) % this.#width),
    );
  }
}

function lowest(counters: Uint16Array, slots: readonly number[]): number {
  return slots.reduce((min, slot) => Math.min(min, counters[slot] ?? 0), MAX_COUNT);
}
