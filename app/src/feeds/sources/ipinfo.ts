// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { DownloadContext } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';
import type { FeedResponse } from '../model/feed-http.ts';
import { verifyChecksum } from './archive.ts';
import { parseJsonBody } from './json-body.ts';
import type { FileDownload } from './mmdb-feed.ts';
import { requireOk } from './statuses.ts';

/** Where IPinfo's downloads redirect to: https://ipinfo.io/developers/database-download */
const REDIRECT_HOSTS = ['dl.assets.ipinfo.io', 'dl.ipinfo.io', 'storage.googleapis.com'] as const;

const MAX_CHECKSUMS_BYTES = 4096;

const checksumsSchema = z.object({
  checksums: z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/i) }),
});

/** A header cannot contain other characters. */
const TOKEN = /^[\x21-\x7e]+$/;

/**
 * Downloads a database of IPinfo. Asks for its checksum first, which is not counted. The token is in a header, because
 * proxies log queries.
 */
export async function downloadIpinfo(
  name: string,
  { feedId, maxBytes }: { readonly feedId: string; readonly maxBytes: number },
  { http, credential, version: known }: DownloadContext,
): Promise<FileDownload> {
  if (credential === undefined || !TOKEN.test(credential)) {
    const issue = credential === undefined ? 'no token' : 'a token that is not valid';
    throw new FeedError(
      'authentication',
      `The feed ${feedId} has ${issue}: set IPINFO_TOKEN or the secret IPINFO_SECRET_ARN.`,
    );
  }
  const url = `https://ipinfo.io/data/${name}`;
  const headers = { authorization: `Bearer ${credential}` };
  const answer = await http.request(`${url}/checksums`, { headers, maxBytes: MAX_CHECKSUMS_BYTES });
  const body = requireAuthorized(answer, feedId);
  const version = parseJsonBody(body, checksumsSchema, feedId).checksums.sha256.toLowerCase();
  if (version === known) return { status: 'unchanged' };

  const download = await http.request(url, {
    headers,
    redirectHosts: REDIRECT_HOSTS,
    maxBytes,
    counts: true,
  });
  const file = requireAuthorized(download, feedId);
  requireBinary(file, feedId);
  verifyChecksum(file, 'sha256', version, feedId);
  return { status: 'downloaded', version, file };
}

/** IPinfo rejects an invalid token with 401 or 403. */
function requireAuthorized(response: FeedResponse, feedId: string): Buffer {
  if (response.status !== 403) return requireOk(response, feedId);
  throw new FeedError(
    'authentication',
    `The publisher of the feed ${feedId} rejects the token: set a valid one for the refresher (status 403).`,
  );
}

/** An mmdb file begins with its search tree, whose first byte is that of a small number. */
function requireBinary(file: Buffer, feedId: string): void {
  const first = file.toString('latin1', 0, 1);
  if (first !== '<' && first !== '{') return;
  throw new FeedError(
    'format',
    `The file of the feed ${feedId} is text: check that a proxy does not replace responses.`,
  );
}
