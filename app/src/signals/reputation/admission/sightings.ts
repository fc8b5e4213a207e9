import { LRUCache } from 'lru-cache';
import { lowestCount, raiseCount, SketchRows } from './sketch-rows.ts';

const HOUR_MS = 3_600_000;

/** Counts are halved as often, so that an address counts for about six hours. */
const HALVED_AFTER_MS = 4 * HOUR_MS;

/** Counters in each row: 512 KiB together. More addresses than that want no lookup within hours of a task's life. */
const WIDTH = 131_072;

/** Repetitions of a subject within this time count once. A token without a reputation lives longer by default. */
const REPEATED_WITHIN_MS = 4 * 60_000;

/** Sightings that are remembered to find repetitions. One that is forgotten counts again. */
const MAX_REMEMBERED = 20_000;

/**
 * Counts how often lookups of an address were wanted lately, in memory that does not depend on the number of addresses:
 * the frequency sketch of TinyLFU (Einziger, Friedman and Manes, 2017), whose counts are halved at intervals. A count
 * can be too high if addresses share counters. Repeated requests of one subject count once in a while, so that nobody
 * outbids others with them.
 */
export class Sightings {
  readonly #now: () => number;
  readonly #rows = new SketchRows(WIDTH);
  readonly #counters = new Uint8Array(this.#rows.size);
  #halvedAt: number;
  /** When a subject's sighting of an address last counted, in milliseconds since the epoch. */
  readonly #countedAt = new LRUCache<string, number>({ max: MAX_REMEMBERED });

  /** @param now milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
    this.#halvedAt = now();
  }

  /**
   * Counts a sighting of an address, and returns its count.
   *
   * @param subject on whose behalf; without one, each sighting counts.
   */
  add(address: string, subject?: string): number {
    this.#age();
    const slots = this.#rows.slotsOf(address);
    if (subject !== undefined && this.#isRepeated(`${address} ${subject}`)) {
      return Math.max(1, lowestCount(this.#counters, slots));
    }
    return raiseCount(this.#counters, slots);
  }

  /** Returns whether a sighting was counted shortly before; remembers it otherwise. */
  #isRepeated(key: string): boolean {
    const now = this.#now();
    const age = now - (this.#countedAt.get(key) ?? Number.NEGATIVE_INFINITY);
    // The clock can be set back.
    if (age >= 0 && age < REPEATED_WITHIN_MS) return true;
    this.#countedAt.set(key, now);
    return false;
  }

  #age(): void {
    const now = this.#now();
    // The clock can be set back, and a task can be idle for days.
    if (now < this.#halvedAt) this.#halvedAt = now;
    const times = Math.floor((now - this.#halvedAt) / HALVED_AFTER_MS);
    if (times === 0) return;
    this.#halvedAt += times * HALVED_AFTER_MS;
    for (const [slot, count] of this.#counters.entries()) {
      if (count > 0) this.#counters[slot] = count >> Math.min(times, 8);
    }
  }
}
