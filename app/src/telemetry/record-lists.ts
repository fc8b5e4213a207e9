import { jsonLineBytes } from './log.ts';

/**
 * Size limit of each list, as a part of the 16 KiB at which container log drivers split a line. A policy may have
 * hundreds of rules, and scopes and audiences are removed one by one.
 */
const MAX_LIST_BYTES = {
  rules: 2048,
  failed: 1024,
  skipped: 1536,
  unenforceable: 1536,
  monitored: 4096,
  operations: 8192,
} as const;

/** Size limit of all lists of a record together. The other fields have less than 4 KiB. */
const MAX_ALL_LISTS_BYTES = 11_500;

/** Shared, since nearly all lists are empty. */
const EMPTY_LIST = { entries: [], omitted: undefined };

/** A list shortened to its limit. */
export interface RecordList {
  readonly entries: readonly unknown[];
  /** Number of omitted entries; `undefined` instead of 0, so that the field is not written. */
  readonly omitted: number | undefined;
}

/** Shortens the lists of one record, so that its line stays below 16 KiB. */
export class RecordLists {
  #remainingBytes = MAX_ALL_LISTS_BYTES;

  /** Returns the first entries, as many as fit, converted by `toJson`. */
  shorten<T>(
    name: keyof typeof MAX_LIST_BYTES,
    entries: readonly T[],
    toJson: (entry: T) => unknown = (entry) => entry,
  ): RecordList {
    if (entries.length === 0) return EMPTY_LIST;
    const fitting: unknown[] = [];
    let room = Math.min(this.#remainingBytes, MAX_LIST_BYTES[name]);
    for (const entry of entries) {
      const json = toJson(entry);
      const bytes = jsonLineBytes(JSON.stringify(json)) + 1;
      if (bytes > room) break;
      room -= bytes;
      this.#remainingBytes -= bytes;
      fitting.push(json);
    }
    const omitted = entries.length - fitting.length;
    return { entries: fitting, omitted: omitted > 0 ? omitted : undefined };
  }
}
