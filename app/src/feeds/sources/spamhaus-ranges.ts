import { parseAddressEntry } from './address-entry.ts';
import { AddressList, type RangesData } from './address-list.ts';
import { parseSpamhausFile } from './spamhaus.ts';

/** Parses a file with networks. @throws FeedError `format` */
export function parseSpamhausRanges(file: Buffer, feedId: string): RangesData {
  const list = new AddressList({ feedId, unit: 'line' });
  const { publishedAt, summary } = parseSpamhausFile(file, feedId, (record, line) => {
    const cidr = 'cidr' in record && typeof record.cidr === 'string' ? record.cidr : '';
    list.add(parseAddressEntry(cidr), line);
  });
  const data = list.finish();
  return { ...data, publishedAt, summary: { ...data.summary, ...summary } };
}
