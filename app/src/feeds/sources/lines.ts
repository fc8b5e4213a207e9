import { FeedError } from '../model/feed-error.ts';

/** A larger list would need more memory than the refresher and the service have for one feed. */
export const MAX_LINES = 1_000_000;
/** Limit for the body of a list: `MAX_LINES` of the longest addresses. */
export const MAX_LIST_BYTES = 64 * 1024 * 1024;

export const LINE_FEED = 10;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Calls `visit` with each line and its number, from 1. The text is Latin-1, which is enough for addresses.
 *
 * @throws FeedError `format` if there are too many lines, before any is visited.
 */
export function splitLines(
  file: Buffer,
  feedId: string,
  visit: (line: string, number: number) => void,
): void {
  let lines = 1;
  for (let at = file.indexOf(LINE_FEED); at >= 0; at = file.indexOf(LINE_FEED, at + 1)) {
    lines += 1;
    if (lines > MAX_LINES + 1) {
      throw new FeedError(
        'format',
        `The list of the feed ${feedId} has more than ${MAX_LINES} lines: use a smaller list.`,
      );
    }
  }
  const hasMark = file.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const text = file.toString('latin1', hasMark ? BYTE_ORDER_MARK.length : 0);
  let start = 0;
  for (let number = 1; start <= text.length; number += 1) {
    const end = text.indexOf('\n', start);
    visit(text.slice(start, end < 0 ? text.length : end), number);
    start = end < 0 ? text.length + 1 : end + 1;
  }
}

/**
 * Trims spaces, tabs and carriage returns. `String.trim` would also remove a no-break space, which is a part of a
 * UTF-8 character in Latin-1, and an expression that ends in `$` is slow on long runs of blanks.
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlankAt(text, start)) start += 1;
  while (end > start && isBlankAt(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

function isBlankAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code === 0x20 || code === 0x09 || code === 0x0d;
}
