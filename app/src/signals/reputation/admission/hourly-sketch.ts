import { lowestCount, raiseCount, SketchRows } from './sketch-rows.ts';

const HOUR_MS = 3_600_000;

/** Parts of the hour that have counters of their own. Another part is the current one. */
const PARTS = 4;
const PART_MS = HOUR_MS / PARTS;

/**
 * Counts events by key over the last hour, in memory that does not depend on the number of keys: a count-min sketch
 * (Cormode and Muthukrishnan, 2005) with conservative updates for each quarter of an hour. A count is never too low; it
 * contains up to 15 minutes more than the hour, and is rarely too high for other reasons with as many keys in a quarter
 * as the sketch has counters in a row.
 */
export class HourlySketch {
  readonly #rows: SketchRows;
  readonly #now: () => number;
  /** The oldest part first, the current one last. A part has no counters before its first event. */
  readonly #parts: (Uint16Array | undefined)[];
  /** Start of the current part. */
  #startedAt: number;

  /**
   * @param width counters in each of the four rows. A sketch has up to 40 bytes for each.
   * @param now milliseconds since the epoch.
   */
  constructor(width: number, now: () => number, secret?: Buffer) {
    this.#rows = new SketchRows(width, secret);
    this.#now = now;
    this.#parts = Array.from({ length: PARTS + 1 }, () => undefined);
    this.#startedAt = now();
  }

  /** Returns the number of events of a key in the last hour. */
  count(key: string): number {
    this.#turn();
    const slots = this.#rows.slotsOf(key);
    return this.#parts.reduce(
      (sum, counters) => sum + (counters === undefined ? 0 : lowestCount(counters, slots)),
      0,
    );
  }

  /** Counts an event. */
  add(key: string): void {
    this.#turn();
    this.#parts[PARTS] ??= new Uint16Array(this.#rows.size);
    raiseCount(this.#parts[PARTS], this.#rows.slotsOf(key));
  }

  /** Starts a new part if the current one is over. */
  #turn(): void {
    const now = this.#now();
    // The clock was set back. What has been counted counts for longer rather than not at all.
    if (now < this.#startedAt) this.#startedAt = now;
    const elapsedParts = Math.floor((now - this.#startedAt) / PART_MS);
    // A task can be idle for hours.
    for (let part = 0; part < Math.min(elapsedParts, PARTS + 1); part += 1) {
      this.#parts.push(this.#parts.shift()?.fill(0));
    }
    this.#startedAt += elapsedParts * PART_MS;
  }
}
