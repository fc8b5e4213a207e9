import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';

const ID = 'cloudflare-ranges';
/** 15 networks in IPv4 and 7 in IPv6. */
const COUNTS = { entries: { min: 10, max: 500 } };

/** Networks of Cloudflare's proxies. A client address in them is a sign of a proxy that is not trusted yet. */
export const cloudflareRanges: Feed = {
  id: ID,
  title: "networks of Cloudflare's proxies",
  homepage: 'https://www.cloudflare.com/ips/',
  content: 'ranges',
  licence: { name: 'none stated', attribution: 'IP address ranges by Cloudflare' },
  interval: HOUR_MS,
  defaultInterval: DAY_MS,
  maxAge: 30 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      ['ips-v4', 'ips-v6'].map((name) => ({
        url: `https://www.cloudflare.com/${name}`,
        // To the same path with a slash at the end.
        redirectHosts: ['www.cloudflare.com'],
        maxBytes: 1024 * 1024,
      })),
      context,
      (files) => parseTextList(files, { feedId: ID }),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
