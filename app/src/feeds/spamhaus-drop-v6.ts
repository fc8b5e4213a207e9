import type { Feed } from './model/feed.ts';
import { DAY_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { MAX_SPAMHAUS_BYTES, SPAMHAUS_INTERVALS, SPAMHAUS_LICENCE } from './sources/spamhaus.ts';
import { parseSpamhausRanges } from './sources/spamhaus-ranges.ts';

const ID = 'spamhaus-drop-v6';
/** The number of networks is not documented: wide limits. */
const COUNTS = { entries: { min: 10, max: 20_000 } };

/** Spamhaus DROP: IPv6 networks that criminals control. No legitimate traffic comes from them. */
export const spamhausDropV6: Feed = {
  id: ID,
  title: 'IPv6 networks under the control of criminals (Spamhaus DROP)',
  homepage: 'https://www.spamhaus.org/blocklists/do-not-route-or-peer/',
  content: 'ranges',
  licence: SPAMHAUS_LICENCE,
  ...SPAMHAUS_INTERVALS,
  maxAge: 3 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://www.spamhaus.org/drop/drop_v6.json', maxBytes: MAX_SPAMHAUS_BYTES }],
      context,
      ([file = Buffer.alloc(0)]) => parseSpamhausRanges(file, ID),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
