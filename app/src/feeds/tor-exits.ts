import type { Feed, PlausibilityContext } from './model/feed.ts';
import type { FeedData } from './model/feed-data.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { sampleAddresses, sharedShare } from './sources/address-sample.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';

const ID = 'tor-exits';
/** About 1,340 in September 2026. */
const COUNTS = { entries: { min: 800, max: 3_000 } };
const MIN_SHARED = 0.5;

/** Addresses from which the Tor network was seen to connect in the last 48 hours. IPv4 only: the scanner has no IPv6. */
export const torExits: Feed = {
  id: ID,
  title: 'exit addresses of the Tor network',
  homepage: 'https://check.torproject.org/',
  content: 'ranges',
  anonymizer: { field: 'tor', completeFor: [4] },
  licence: {
    name: 'none stated',
    attribution: 'Exit addresses measured by the Tor Project (torproject.org)',
  },
  // The scanner needs 40 minutes or longer for one round.
  interval: HOUR_MS,
  maxAge: DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://check.torproject.org/torbulkexitlist', maxBytes: 1024 * 1024 }],
      context,
      (files) => {
        const data = parseTextList(files, { feedId: ID });
        return { ...data, summary: { ...data.summary, sample: sampleAddresses(data.blocks) } };
      },
    ),

  findImplausible: (data, context) =>
    findImplausibleCounts(data, context, COUNTS) ?? findOtherList(data, context),
};

function findOtherList({ summary }: FeedData, { previous }: PlausibilityContext) {
  const { entries, specialPurpose, ipv4Addresses, sample } = summary;
  if (Number(specialPurpose) > 0) return 'it has special-purpose addresses';
  if (Number(ipv4Addresses) > Number(entries)) return 'it has networks, expected single addresses';
  if (previous === undefined) return undefined;
  const share = sharedShare(
    { sample: String(sample), addresses: Number(ipv4Addresses) },
    { sample: String(previous.sample), addresses: Number(previous.ipv4Addresses) },
  );
  return share < MIN_SHARED
    ? `about ${Math.round(share * 100)} % of its addresses are in the last good copy, expected ${MIN_SHARED * 100} % or more`
    : undefined;
}
