/** Enough to see what a candidate changes; some MB at most, because long lists in records are shortened. */
const MAX_RECORDS = 1000;

/** Keeps the records of the latest decisions. */
export class RecentRecords {
  readonly #records: object[] = [];
  readonly #max: number;
  #next = 0;

  constructor(max = MAX_RECORDS) {
    this.#max = max;
  }

  /** @param now milliseconds since the epoch. */
  add(record: object, now: number): void {
    // As in the log, where the time is added when the line is written.
    this.#records[this.#next] = { ...record, time: new Date(now).toISOString() };
    this.#next = (this.#next + 1) % this.#max;
  }

  /** Returns the records from the oldest to the latest. */
  list(): readonly object[] {
    return [...this.#records.slice(this.#next), ...this.#records.slice(0, this.#next)];
  }
}
