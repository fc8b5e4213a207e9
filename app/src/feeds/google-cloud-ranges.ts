// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { type JsonRanges, parseJsonRanges } from './sources/json-ranges.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';

const ID = 'google-cloud-ranges';
/** 1,039 networks in July 2026. */
const COUNTS = { entries: { min: 100, max: 50_000 }, change: { min: 0.7, max: 1.3 } };

const schema = z
  .object({
    /** Milliseconds since the epoch. */
    syncToken: z.string().regex(/^\d{12,14}$/),
    prefixes: z.array(
      z.union([z.object({ ipv4Prefix: z.string() }), z.object({ ipv6Prefix: z.string() })]),
    ),
  })
  .transform(
    ({ syncToken, prefixes }): JsonRanges => ({
      cidrs: prefixes.map((prefix) =>
        'ipv4Prefix' in prefix ? prefix.ipv4Prefix : prefix.ipv6Prefix,
      ),
      publishedAt: Number(syncToken),
    }),
  );

/** Networks of customers' servers at Google Cloud. The file `goog.json` has Google's own networks as well. */
export const googleCloudRanges: Feed = {
  id: ID,
  title: 'networks of customers of Google Cloud',
  homepage: 'https://cloud.google.com/compute/docs/faq#find_ip_range',
  content: 'ranges',
  anonymizer: { field: 'hosting', completeFor: [] },
  licence: { name: 'none stated', attribution: 'IP address ranges by Google Cloud' },
  interval: HOUR_MS,
  defaultInterval: 6 * HOUR_MS,
  maxAge: 7 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://www.gstatic.com/ipranges/cloud.json', maxBytes: 16 * 1024 * 1024 }],
      context,
      ([file = Buffer.alloc(0)]) => parseJsonRanges(file, ID, schema),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
