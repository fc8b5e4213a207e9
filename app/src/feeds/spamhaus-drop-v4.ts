import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { MAX_SPAMHAUS_BYTES, SPAMHAUS_INTERVALS, SPAMHAUS_LICENCE } from './sources/spamhaus.ts';
import { parseSpamhausRanges } from './sources/spamhaus-ranges.ts';

const ID = 'spamhaus-drop-v4';
/** 1,540 networks with 14.9 million addresses in May 2026. */
const COUNTS = {
  entries: { min: 300, max: 20_000 },
  ipv4Addresses: { min: 1_000_000, max: 200_000_000 },
};

/** Spamhaus DROP: IPv4 networks that criminals control. No legitimate traffic comes from them. */
export const spamhausDropV4: Feed = {
  id: ID,
  title: 'IPv4 networks under the control of criminals (Spamhaus DROP)',
  homepage: 'https://www.spamhaus.org/blocklists/do-not-route-or-peer/',
  content: 'ranges',
  licence: SPAMHAUS_LICENCE,
  ...SPAMHAUS_INTERVALS,
  maxAge: 3 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://www.spamhaus.org/drop/drop_v4.json', maxBytes: MAX_SPAMHAUS_BYTES }],
      context,
      ([file = Buffer.alloc(0)]) => parseSpamhausRanges(file, ID),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
