import type * as z from 'zod';
import { parseAddressEntry } from './address-entry.ts';
import { AddressList, type RangesData } from './address-list.ts';
import { parseJsonBody } from './json-body.ts';

/** What a provider's JSON contains. */
export interface JsonRanges {
  readonly cidrs: readonly string[];
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
}

/**
 * Parses a cloud provider's JSON file.
 *
 * @throws FeedError `format`
 */
export function parseJsonRanges(
  file: Buffer,
  feedId: string,
  schema: z.ZodType<JsonRanges>,
): RangesData {
  const { cidrs, publishedAt } = parseJsonBody(file, schema, feedId);
  const list = new AddressList({ feedId, unit: 'entry' });
  cidrs.forEach((cidr, index) => {
    list.add(parseAddressEntry(cidr), index + 1);
  });
  return { ...list.finish(), publishedAt };
}
