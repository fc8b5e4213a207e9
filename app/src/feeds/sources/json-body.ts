import type * as z from 'zod';
import { FeedError } from '../model/feed-error.ts';

/**
 * Parses a response in JSON.
 *
 * @throws FeedError `format`, without the response: it may contain anything.
 */
export function parseJsonBody<Schema extends z.ZodType>(
  body: Buffer,
  schema: Schema,
  feedId: string,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw new FeedError(
      'format',
      `The publisher of the feed ${feedId} sent something else than the expected JSON: check that a proxy does not replace responses.`,
    );
  }
}
