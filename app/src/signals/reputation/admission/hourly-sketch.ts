import { createHash, randomBytes } from 'node:crypto';

const HOUR_MS = 3_600_000;

/** Rows of the sketch. A key is overcounted only if others share its counter in each of them. */
const ROWS = 4;

const MAX_COUNT = 0xffff;

/**
 * Counts events by key over the last hour, in memory that does not depend on the number of keys: a count-min sketch
 * (Cormode and Muthukrishnan, 2005) with conservative updates. A count is never too low while the hour lasts; with as
 * many keys an hour as `width`, it is rarely too high. The hour slides: of the hour before, the part counts that is
 * less than an hour ago, as if its events were spread evenly.
 *
 * Keys are hashed with a secret of this process, so that nobody can choose keys that share the counters of another.
 */
export class HourlySketch {
  readonly #width: number;
  readonly #now: () => number;
  readonly #secret: Buffer;
  #current: Uint16Array;
  #previous: Uint16Array;
  #startedAt: number;

  /**
   * @param width counters in each of the four rows. A sketch has 16 bytes for each.
   * @param now milliseconds since the epoch.
   */
  constructor(width: number, now: () => number, secret: Buffer = randomBytes(16)) {
    this.#width = width;
    this.#now = now;
    this.#secret = secret;
    this.#current = new Uint16Array(width * ROWS);
    this.#previous = new Uint16Array(width * ROWS);
    this.#startedAt = now();
  }

  /** Returns the number of events of a key in the last hour. */
  count(key: string): number {
    const share = this.#turn();
    const slots = this.#slots(key);
    return lowest(this.#current, slots) + Math.floor(share * lowest(this.#previous, slots));
  }

  /** Counts an event. */
  add(key: string): void {
    this.#turn();
    const slots = this.#slots(key);
    const next = Math.min(lowest(this.#current, slots) + 1, MAX_COUNT);
    for (const slot of slots) {
      // Raises only the counters that determine the count: the others are too high already.
      if ((this.#current[slot] ?? 0) < next) this.#current[slot] = next;
    }
  }

  /** Starts a new hour if the current one is over; returns the share of the previous one that still counts. */
  #turn(): number {
    const elapsed = this.#now() - this.#startedAt;
    if (elapsed >= 0 && elapsed < HOUR_MS) return 1 - elapsed / HOUR_MS;
    // The clock can be set back, and a task can be idle for hours.
    const isNextHour = elapsed >= HOUR_MS && elapsed < 2 * HOUR_MS;
    const oldest = this.#previous.fill(0);
    if (isNextHour) this.#previous = this.#current;
    else this.#previous.fill(0);
    this.#current = isNextHour ? oldest : this.#current.fill(0);
    this.#startedAt = isNextHour ? this.#startedAt + HOUR_MS : this.#now();
    return 1 - (this.#now() - this.#startedAt) / HOUR_MS;
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
