import { jsonLineBytes } from './log.ts';

/** Real ids are shorter. A longer string must not fill the log. */
const MAX_ID_LENGTH = 128;
/** An escaped character can have six bytes. */
const MAX_ID_BYTES = 256;

/** Shortens a string of a request for a record. */
export function shorten(id: string): string;
export function shorten(id: string | undefined): string | undefined;
export function shorten(id: string | undefined): string | undefined {
  if (id === undefined) return undefined;
  let short = id.length > MAX_ID_LENGTH ? id.slice(0, MAX_ID_LENGTH) : id;
  while (short.length * 6 > MAX_ID_BYTES && jsonLineBytes(JSON.stringify(short)) > MAX_ID_BYTES) {
    short = short.slice(0, short.length / 2);
  }
  return short === id ? id : `${short}…`;
}
