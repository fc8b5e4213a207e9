import type { SourceVersion } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';

/** Adds the version that was rejected to the error of a parser, so that the refresher remembers it. */
export function rejectedVersion(error: unknown, version: SourceVersion): unknown {
  if (!(error instanceof FeedError)) return error;
  return new FeedError(error.reason, error.message, { version });
}
