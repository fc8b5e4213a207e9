import { createHash } from 'node:crypto';
import { matching } from '../config/schemas.ts';
import type { Download, DownloadContext, Feed } from './model/feed.ts';
import { FeedError } from './model/feed-error.ts';
import { DAY_MS, HOUR_MS } from './model/times.ts';
import { basicAuthorization } from './sources/basic-authorization.ts';
import { MAX_LINES, MAX_LIST_BYTES } from './sources/lines.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { rejectedVersion } from './sources/rejected-version.ts';
import { requireOk } from './sources/statuses.ts';
import { parseTextList } from './sources/text-list.ts';

const ID = 'crowdsec';
const COUNTS = { entries: { min: 1, max: MAX_LINES } };

/** Well below 300,000 lines, from which answers without compression are cut. */
const PAGE_SIZE = 50_000;
const MAX_PAGES = MAX_LINES / PAGE_SIZE;

/** The blocklists to which an integration of the type "Raw IP List" in the CrowdSec console is subscribed. */
export const crowdsec: Feed = {
  id: ID,
  title: 'addresses of attackers (CrowdSec)',
  homepage: 'https://docs.crowdsec.net/u/integrations/rawiplist/',
  content: 'ranges',
  licence: {
    name: "terms of the operator's CrowdSec account",
    url: 'https://www.crowdsec.net/terms-of-use',
    attribution: 'Blocklists by CrowdSec (crowdsec.net)',
  },
  interval: HOUR_MS,
  defaultInterval: 2 * HOUR_MS,
  maxAge: DAY_MS,
  ageFrom: 'confirmed',
  credential: 'crowdsec',
  options: {
    integration: matching(
      /^[\w-]{1,64}$/,
      'the id of an integration of the type Raw IP List in the CrowdSec console',
    ),
  },
  download,
  findImplausible: (data, context) => findImplausibleCounts(data, context, COUNTS),
};

async function download(context: DownloadContext): Promise<Download> {
  const pages = await downloadPages(context);
  const hash = createHash('sha256');
  for (const page of pages) hash.update(page);
  const version = hash.digest('hex');
  if (version === context.version) return { status: 'unchanged' };
  try {
    return { status: 'downloaded', version, data: parseTextList(pages, { feedId: ID }) };
  } catch (error) {
    throw rejectedVersion(error, version);
  }
}

/** Requests pages until one is empty. */
async function downloadPages({ http, credential, options }: DownloadContext): Promise<Buffer[]> {
  if (credential === undefined) {
    throw new FeedError(
      'authentication',
      `The feed ${ID} needs CROWDSEC_CREDENTIAL or CROWDSEC_SECRET_ARN: set one of them for the refresher.`,
    );
  }
  const headers = { authorization: basicAuthorization(credential), 'accept-encoding': 'gzip' };
  const pages: Buffer[] = [];
  for (;;) {
    if (pages.length > MAX_PAGES) {
      throw new FeedError('format', `The list of the feed ${ID} has more than ${MAX_LINES} lines.`);
    }
    const url = `https://admin.api.crowdsec.net/v1/integrations/${options.integration}/content?page=${pages.length + 1}&page_size=${PAGE_SIZE}`;
    const page = requireOk(await http.request(url, { headers, maxBytes: MAX_LIST_BYTES }), ID);
    const isLast = page.toString('latin1', 0, 1000).trim() === '';
    // A server that ignores the page sends the first one again.
    if (isLast || pages.at(-1)?.equals(page)) return pages;
    pages.push(page);
  }
}
