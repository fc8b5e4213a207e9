import { type Item, recordItem, recordKey } from '../../app/src/signals/reputation/cache/item.ts';

const HOUR_MS = 3_600_000;

/** The score in items that another task has stored; AbuseIPDB returns a different one. */
export const STORED_SCORE = 30;

/** Returns an item that another task stored at a time, in milliseconds since the epoch. */
export function storedItem(address: string, checkedAt: number): Item {
  const record = { score: STORED_SCORE, checkedAt };
  return recordItem(recordKey(address, 30), record, checkedAt + 24 * HOUR_MS);
}
