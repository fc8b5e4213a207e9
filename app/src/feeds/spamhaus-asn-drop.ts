import type { Feed } from './model/feed.ts';
import type { FeedData } from './model/feed-data.ts';
import { FeedError } from './model/feed-error.ts';
import { DAY_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import {
  invalidLine,
  MAX_SPAMHAUS_BYTES,
  parseSpamhausFile,
  SPAMHAUS_INTERVALS,
  SPAMHAUS_LICENCE,
} from './sources/spamhaus.ts';

const ID = 'spamhaus-asn-drop';
/** About 430 AS numbers. */
const COUNTS = { entries: { min: 50, max: 10_000 } };
const MAX_ASN = 2 ** 32 - 1;

/** Spamhaus ASN-DROP: AS numbers that criminals control. Compared with `network.asn`. */
export const spamhausAsnDrop: Feed = {
  id: ID,
  title: 'AS numbers under the control of criminals (Spamhaus ASN-DROP)',
  homepage: 'https://www.spamhaus.org/blocklists/do-not-route-or-peer/',
  content: 'networks',
  licence: SPAMHAUS_LICENCE,
  ...SPAMHAUS_INTERVALS,
  maxAge: 3 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://www.spamhaus.org/drop/asndrop.json', maxBytes: MAX_SPAMHAUS_BYTES }],
      context,
      ([file = Buffer.alloc(0)]) => parseAsns(file),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};

function parseAsns(file: Buffer): FeedData {
  const asns = new Set<number>();
  const { publishedAt, summary } = parseSpamhausFile(file, ID, (record, line) => {
    const asn = 'asn' in record ? record.asn : undefined;
    if (typeof asn !== 'number' || !Number.isInteger(asn) || asn < 1 || asn > MAX_ASN) {
      throw invalidLine(ID, line);
    }
    asns.add(asn);
  });
  if (asns.size === 0) {
    throw new FeedError('format', `The file of the feed ${ID} has no AS numbers.`);
  }
  return {
    content: 'networks',
    asns: [...asns].sort((one, other) => one - other),
    publishedAt,
    summary: { entries: asns.size, ...summary },
  };
}
