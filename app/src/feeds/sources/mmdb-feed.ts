import type { Download, DownloadContext, Feed } from '../model/feed.ts';
import { type MmdbContent, parseMmdb } from './mmdb-data.ts';
import { findImplausibleMmdb } from './mmdb-plausibility.ts';
import { rejectVersion } from './reject-version.ts';

/** A downloaded file, unpacked and with a verified checksum. */
export type FileDownload =
  | { readonly status: 'unchanged' }
  | { readonly status: 'downloaded'; readonly version: string; readonly file: Buffer };

/** Returns the parts of a feed that all feeds of mmdb files have in common. */
export function mmdbFeed(
  feedId: string,
  content: MmdbContent,
  downloadFile: (context: DownloadContext) => Promise<FileDownload>,
): Pick<Feed, 'content' | 'ageFrom' | 'download' | 'findImplausible'> {
  return {
    content: content.field === undefined ? 'anonymizers' : 'places',
    ageFrom: 'published',
    async download(context): Promise<Download> {
      const download = await downloadFile(context);
      if (download.status === 'unchanged') return download;
      const { version, file } = download;
      const data = await rejectVersion(version, () => parseMmdb(file, feedId, content));
      return { status: 'downloaded', version, data };
    },
    findImplausible: (data, context) => findImplausibleMmdb(data, context, content),
  };
}
