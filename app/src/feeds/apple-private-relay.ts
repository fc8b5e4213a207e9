import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { MAX_LIST_BYTES } from './sources/lines.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';

const ID = 'apple-private-relay';
/** 286,946 lines in July 2026. */
const COUNTS = { entries: { min: 10_000, max: 1_000_000 }, change: { min: 0.7, max: 1.3 } };

/** Egress addresses of iCloud Private Relay. Apple asks to treat them like carrier-grade NAT, not to block them. */
export const applePrivateRelay: Feed = {
  id: ID,
  title: 'egress addresses of iCloud Private Relay',
  homepage: 'https://developer.apple.com/icloud/prepare-your-network-for-icloud-private-relay/',
  content: 'ranges',
  anonymizer: { field: 'relay', completeFor: [4, 6] },
  licence: { name: 'none stated', attribution: 'iCloud Private Relay egress addresses by Apple' },
  interval: HOUR_MS,
  defaultInterval: DAY_MS,
  maxAge: 7 * DAY_MS,
  ageFrom: 'confirmed',

  // Columns: network, country, region, city, and an empty one.
  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://mask-api.icloud.com/egress-ip-ranges.csv', maxBytes: MAX_LIST_BYTES }],
      context,
      (files) => parseTextList(files, { feedId: ID, format: 'columns' }),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
