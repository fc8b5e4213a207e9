import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadIpinfo } from './sources/ipinfo.ts';
import { KNOWN_COUNTRIES } from './sources/known-addresses.ts';
import { mmdbFeed } from './sources/mmdb-feed.ts';

const ID = 'ipinfo-lite';
const MAX_BYTES = 256 * 1024 * 1024;

/** Built daily. */
export const ipinfoLite: Feed = {
  id: ID,
  title: 'countries, continents and autonomous systems of addresses (IPinfo Lite)',
  homepage: 'https://ipinfo.io/lite',
  licence: {
    name: 'CC BY-SA 4.0',
    url: 'https://creativecommons.org/licenses/by-sa/4.0/',
    attribution: 'IP address data powered by IPinfo (https://ipinfo.io)',
  },
  interval: HOUR_MS,
  defaultInterval: 6 * HOUR_MS,
  maxAge: 5 * DAY_MS,
  credential: 'ipinfo',
  // IPinfo allows ten downloads a day.
  quota: { account: 'ipinfo', perDay: 5 },
  ...mmdbFeed(
    ID,
    // The rest of the type names the product, and is that of a file name.
    { type: 'ipinfo ', field: 'country', known: KNOWN_COUNTRIES, maxBytes: MAX_BYTES },
    (context) => downloadIpinfo('ipinfo_lite.mmdb', { feedId: ID, maxBytes: MAX_BYTES }, context),
  ),
};
