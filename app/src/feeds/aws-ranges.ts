// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { Feed } from './model/feed.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { downloadParsed } from './sources/download-files.ts';
import { type JsonRanges, parseJsonRanges } from './sources/json-ranges.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';

const ID = 'aws-ranges';
const COUNTS = { entries: { min: 500, max: 200_000 }, change: { min: 0.7, max: 1.3 } };

/** Customers' servers. The service `AMAZON` contains Amazon's own networks as well. */
const SERVICE = 'EC2';

/** https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html */
const schema = z
  .object({
    /** Seconds since the epoch. */
    syncToken: z.string().regex(/^\d{9,11}$/),
    prefixes: z.array(z.object({ ip_prefix: z.string(), service: z.string() })),
    ipv6_prefixes: z.array(z.object({ ipv6_prefix: z.string(), service: z.string() })),
  })
  .transform(
    ({ syncToken, prefixes, ipv6_prefixes }): JsonRanges => ({
      cidrs: [
        ...prefixes.filter(isOfCustomers).map(({ ip_prefix }) => ip_prefix),
        ...ipv6_prefixes.filter(isOfCustomers).map(({ ipv6_prefix }) => ipv6_prefix),
      ],
      publishedAt: Number(syncToken) * 1000,
    }),
  );

function isOfCustomers({ service }: { readonly service: string }): boolean {
  return service === SERVICE;
}

/** Networks of customers' servers at AWS (EC2). */
export const awsRanges: Feed = {
  id: ID,
  title: 'networks of Amazon EC2',
  homepage: 'https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html',
  content: 'ranges',
  anonymizer: { field: 'hosting', completeFor: [] },
  licence: { name: 'none stated', attribution: 'IP address ranges by Amazon Web Services' },
  interval: HOUR_MS,
  defaultInterval: 6 * HOUR_MS,
  maxAge: 7 * DAY_MS,
  ageFrom: 'confirmed',

  download: (context) =>
    downloadParsed(
      ID,
      [{ url: 'https://ip-ranges.amazonaws.com/ip-ranges.json', maxBytes: 32 * 1024 * 1024 }],
      context,
      ([file = Buffer.alloc(0)]) => parseJsonRanges(file, ID, schema),
    ),

  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};
