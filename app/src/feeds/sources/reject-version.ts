import type { SourceVersion } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';

/**
 * Reads a file whose checksum is right. If it is not valid, it never will be, so that its version is not downloaded
 * again.
 *
 * @throws FeedError of `read`, with the version if the reason is `format`.
 */
export async function rejectVersion<T>(
  version: SourceVersion,
  read: () => T | Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof FeedError) || error.reason !== 'format') throw error;
    throw new FeedError(error.reason, error.message, { version, cause: error.cause });
  }
}
