// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { DownloadContext } from '../model/feed.ts';
import { FeedError } from '../model/feed-error.ts';
import { requireGzip, unpackMmdb, verifyChecksum } from './archive.ts';
import { parseJsonBody } from './json-body.ts';
import { MAXMIND_REDIRECT_HOSTS, type MaxmindSource } from './maxmind-source.ts';
import type { FileDownload } from './mmdb-feed.ts';
import { requireOk } from './statuses.ts';

const MAX_METADATA_BYTES = 64 * 1024;

/** The answer for one edition has exactly one database. */
const metadataSchema = z.object({
  databases: z.tuple([
    z.object({
      edition_id: z.string(),
      md5: z.string().regex(/^[0-9a-f]{32}$/i),
      date: z.iso.date(),
    }),
  ]),
});

/** Stands for a database that does not exist. */
const NO_MD5 = '0'.repeat(32);

/**
 * Downloads a database with the protocol of geoipupdate, version 7 and later. Its checksum is that of the .mmdb file
 * and not of the archive. https://github.com/maxmind/geoipupdate
 */
export async function downloadUpdate(
  { feedId, edition, authorization, maxBytes }: MaxmindSource,
  { http, version: known }: DownloadContext,
): Promise<FileDownload> {
  const headers = { authorization };
  const metadata = requireOk(
    await http.request(`https://updates.maxmind.com/geoip/updates/metadata?edition_id=${edition}`, {
      headers,
      maxBytes: MAX_METADATA_BYTES,
    }),
    feedId,
  );
  const [database] = parseJsonBody(metadata, metadataSchema, feedId).databases;
  if (database.edition_id !== edition || database.md5 === NO_MD5) {
    throw new FeedError(
      'missing',
      `The publisher of the feed ${feedId} has no database of the edition ${edition}: the next run asks again.`,
    );
  }
  const version = `${database.date} ${database.md5.toLowerCase()}`;
  if (version === known) return { status: 'unchanged' };

  const date = database.date.replaceAll('-', '');
  const archive = requireOk(
    await http.request(
      `https://updates.maxmind.com/geoip/databases/${edition}/download?date=${date}&suffix=tar.gz`,
      { headers, redirectHosts: MAXMIND_REDIRECT_HOSTS, maxBytes, counts: true },
    ),
    feedId,
  );
  requireGzip(archive, feedId);
  const file = await unpackMmdb(archive, maxBytes, feedId);
  verifyChecksum(file, 'md5', database.md5, feedId);
  return { status: 'downloaded', version, file };
}
