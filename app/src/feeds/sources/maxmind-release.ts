import type { DownloadContext } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';
import type { FeedResponse } from '../model/feed-http.ts';
import { requireGzip, unpackMmdb, verifyChecksum } from './archive.ts';
import { MAXMIND_REDIRECT_HOSTS, type MaxmindSource } from './maxmind-source.ts';
import type { FileDownload } from './mmdb-feed.ts';
import { rejectVersion } from './reject-version.ts';
import { requireOk, statusError } from './statuses.ts';

/** A hash and a file name. */
const MAX_CHECKSUM_BYTES = 4096;

/**
 * Downloads a release of a database from MaxMind's permalinks: asks for its date with HEAD, which is not counted, and
 * requests the checksum and the archive of that date, so that a release in between does not mix them.
 * https://dev.maxmind.com/geoip/updating-databases
 */
export async function downloadRelease(
  { feedId, edition, authorization, maxBytes }: MaxmindSource,
  { http, version: known }: DownloadContext,
): Promise<FileDownload> {
  const url = `https://download.maxmind.com/geoip/databases/${edition}/download`;
  const request = { headers: { authorization }, redirectHosts: MAXMIND_REDIRECT_HOSTS };
  const head = await http.request(`${url}?suffix=tar.gz`, {
    ...request,
    method: 'HEAD',
    maxBytes,
  });
  if (head.status !== 200) throw statusError(head.status, feedId);
  const date = releaseDateOf(head, edition, feedId);
  // A release can be replaced on the same day.
  const version = [date, head.headers['last-modified'] ?? ''].join(' ').trim();
  if (version === known) return { status: 'unchanged' };

  const checksum = requireOk(
    await http.request(`${url}?suffix=tar.gz.sha256&date=${date}`, {
      ...request,
      maxBytes: MAX_CHECKSUM_BYTES,
      counts: true,
    }),
    feedId,
  );
  const expected = parseChecksum(checksum, feedId);
  const archive = requireOk(
    await http.request(`${url}?suffix=tar.gz&date=${date}`, { ...request, maxBytes, counts: true }),
    feedId,
  );
  // Before the checksum, which an error page with the status 200 does not have either.
  requireGzip(archive, feedId);
  verifyChecksum(archive, 'sha256', expected, feedId);
  const file = await rejectVersion(version, () => unpackMmdb(archive, maxBytes, feedId));
  return { status: 'downloaded', version, file };
}

/** Returns the date in the archive's name, such as 20261120. */
function releaseDateOf({ headers }: FeedResponse, edition: string, feedId: string): string {
  const disposition = headers['content-disposition'] ?? '';
  const [, name, date] = /filename="?([\w-]+)_(\d{8})\.tar\.gz"?/.exec(disposition) ?? [];
  if (date !== undefined && name === edition) return date;
  throw new FeedError(
    'format',
    `The publisher of the feed ${feedId} does not name the archive of the edition ${edition} in Content-Disposition: check that a proxy does not replace responses.`,
  );
}

/** Parses `<64 hexadecimal digits>  <file name>`. */
function parseChecksum(body: Buffer, feedId: string): string {
  const word = body.toString('latin1').trim().split(/\s/)[0] ?? '';
  if (/^[0-9a-f]{64}$/i.test(word)) return word;
  throw new FeedError(
    'format',
    `The publisher of the feed ${feedId} sent something else than a SHA-256 checksum: check that a proxy does not replace responses.`,
  );
}
