import { FeedError } from '../model/feed-error.ts';
import { parseAddressEntry, parseRange } from './address-entry.ts';
import { AddressList, type RangesData } from './address-list.ts';
import { LINE_FEED, splitLines, trimBlanks } from './lines.ts';

export interface TextListOptions {
  readonly feedId: string;
  /** `columns`: the address is the first of several columns, or the first two columns are a range. @default addresses */
  readonly format?: 'addresses' | 'columns';
  /** Whether networks larger than /8 in IPv4 and /16 in IPv6 are accepted. @default false */
  readonly wide?: boolean;
}

/**
 * Parses lists of addresses as they are published: one address, CIDR, netmask or range a line, with comments after
 * `#` or `;`. A few lines may be faulty; a file with more is not the list that was expected.
 *
 * @throws FeedError `format`
 */
export function parseTextList(
  files: readonly Buffer[],
  { feedId, format = 'addresses', wide = false }: TextListOptions,
): RangesData {
  const parse = format === 'columns' ? parseColumns : parseAddressEntry;
  const list = new AddressList({ feedId, unit: 'line', wide });
  for (const file of files) {
    requirePlainText(file, feedId);
    splitLines(file, feedId, (line, number) => {
      const text = trimBlanks(withoutComment(line));
      if (text !== '') list.add(parse(text), number);
    });
  }
  const data = list.finish();
  // An empty file counts, too: nothing of it is missing.
  const complete = files.filter((file) => file.length === 0 || file.at(-1) === LINE_FEED).length;
  return { ...data, summary: { ...data.summary, filesWithLastLineBreak: complete } };
}

const GZIP_MAGIC = 0x1f;

/** Rejects an error page, JSON, or a compressed file with the status 200, whose lines would be counted as faults. */
function requirePlainText(file: Buffer, feedId: string): void {
  const start = file.subarray(0, 100).toString('latin1');
  const isMarkup = /^(?:\xef\xbb\xbf)?\s*[<{]/.test(start);
  if (isMarkup || start.charCodeAt(0) === GZIP_MAGIC) {
    throw new FeedError(
      'format',
      `The list of the feed ${feedId} is ${isMarkup ? 'a web page or JSON' : 'compressed'}: it must be plain text with one address a line.`,
    );
  }
}

function withoutComment(line: string): string {
  const hash = line.indexOf('#');
  const text = hash < 0 ? line : line.slice(0, hash);
  const semicolon = text.indexOf(';');
  return semicolon < 0 ? text : text.slice(0, semicolon);
}

const SEPARATORS = /[ \t,]+/;

function parseColumns(text: string) {
  const [first = '', second = '', third = ''] = text.split(SEPARATORS, 3);
  if (second === '-') return parseRange(first, third);
  // Such as the lists of DShield. The first column alone would be one address of many.
  if (parseAddressEntry(second) !== undefined) return parseRange(first, second);
  return parseAddressEntry(first);
}
