import { type Item, recordItem, recordKey } from '../../app/src/signals/reputation/cache/item.ts';

const HOUR = 3_600_000;

/** The score in items that another task has stored: another one than AbuseIPDB gives here. */
export const STORED_SCORE = 30;

/** An item as another task would have stored it at a time (milliseconds since the epoch). */
export function storedItem(address: string, checkedAt: number): Item {
  const record = { score: STORED_SCORE, checkedAt };
  return recordItem(recordKey(address, 30), record, checkedAt + 24 * HOUR);
}
