// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { Licence } from '../model/feed.ts';
import type { FeedSummary } from '../model/feed-data.ts';
import { FeedError } from '../model/feed-error.ts';
import { HOUR_MS } from '../model/times.ts';
import { splitLines, trimBlanks } from './lines.ts';

/** Terms of use: free of charge; a product must credit the project and keep date and copyright with the data. */
export const SPAMHAUS_LICENCE: Licence = {
  name: 'Spamhaus DROP Fair Use Policy',
  url: 'https://www.spamhaus.org/blocklists/drop-fair-use-policy/',
  attribution: 'DROP lists by the Spamhaus Project (spamhaus.org)',
};

/** Clients that download more than once an hour are blocked; once a day is enough. */
export const SPAMHAUS_INTERVALS = { interval: HOUR_MS, defaultInterval: 12 * HOUR_MS };

export const MAX_SPAMHAUS_BYTES = 8 * 1024 * 1024;

/** The last line of each file. */
const footer = z.object({
  type: z.literal('metadata'),
  /** Seconds since the epoch. */
  timestamp: z.int().min(0),
  records: z.int().min(0),
  copyright: z.string().max(1000).optional(),
  terms: z.string().max(1000).optional(),
});

export interface SpamhausFile {
  /** Milliseconds since the epoch. */
  readonly publishedAt: number;
  /** The texts that must be kept with the data. */
  readonly summary: FeedSummary;
}

/**
 * Parses a file of JSON Lines: one record a line, and a footer that counts them.
 *
 * @param visit receives each record with its line number.
 * @throws FeedError `format` if a line is not valid, or the footer is missing or has another count: the download was
 *   incomplete.
 */
export function parseSpamhausFile(
  file: Buffer,
  feedId: string,
  visit: (record: object, line: number) => void,
): SpamhausFile {
  let records = 0;
  let end: z.output<typeof footer> | undefined;
  splitLines(file, feedId, (text, line) => {
    if (trimBlanks(text) === '') return;
    // A record after the footer: two files in one.
    if (end !== undefined) throw invalidLine(feedId, line);
    const value = parseLine(text, line, feedId);
    if ('type' in value) {
      const result = footer.safeParse(value);
      if (!result.success) throw invalidLine(feedId, line);
      end = result.data;
    } else {
      records += 1;
      visit(value, line);
    }
  });
  if (end?.records !== records) {
    const expected = end === undefined ? 'no footer' : `a footer that counts ${end.records}`;
    throw new FeedError(
      'format',
      `The file of the feed ${feedId} is not complete: it has ${records} records and ${expected}.`,
    );
  }
  const { timestamp, copyright, terms } = end;
  return {
    publishedAt: timestamp * 1000,
    summary: {
      ...(copyright === undefined ? {} : { copyright }),
      ...(terms === undefined ? {} : { terms }),
    },
  };
}

function parseLine(text: string, line: number, feedId: string): object {
  let value: unknown;
  try {
    // `splitLines` yields Latin-1; the copyright text is UTF-8.
    value = JSON.parse(Buffer.from(text, 'latin1').toString());
  } catch {
    throw invalidLine(feedId, line);
  }
  if (typeof value !== 'object' || value === null) throw invalidLine(feedId, line);
  return value;
}

/** @returns the error for a record that is not as expected. */
export function invalidLine(feedId: string, line: number): FeedError {
  return new FeedError(
    'format',
    `The file of the feed ${feedId} is not valid at line ${line}: its format may have changed.`,
  );
}
