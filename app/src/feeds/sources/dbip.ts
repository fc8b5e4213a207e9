import type { DownloadContext } from '../model/feed.ts';
import { gunzip } from './archive.ts';
import type { FileDownload } from './mmdb-feed.ts';
import { requireOk, statusError } from './statuses.ts';

/**
 * Downloads a Lite database of DB-IP. Its name contains the month, and appears on the first day, after some hours:
 * until then that of the month before is current. There is no checksum but that in the gzip file.
 *
 * @param name such as `dbip-country-lite`.
 */
export async function downloadDbip(
  name: string,
  { feedId, maxBytes }: { readonly feedId: string; readonly maxBytes: number },
  { http, now, version: known }: DownloadContext,
): Promise<FileDownload> {
  for (const month of [monthOf(now, 0), monthOf(now, -1)]) {
    const url = `https://download.db-ip.com/free/${name}-${month}.mmdb.gz`;
    const head = await http.request(url, { method: 'HEAD', maxBytes });
    if (head.status === 404) continue;
    if (head.status !== 200) throw statusError(head.status, feedId);
    const version = [month, head.headers['last-modified'] ?? ''].join(' ').trim();
    if (version === known) return { status: 'unchanged' };
    const body = requireOk(await http.request(url, { maxBytes }), feedId);
    return { status: 'downloaded', version, file: gunzip(body, maxBytes, feedId) };
  }
  throw statusError(404, feedId);
}

/** Returns a month as in 2026-11. @param offset months to add. */
function monthOf(time: number, offset: number): string {
  const date = new Date(time);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset))
    .toISOString()
    .slice(0, 7);
}
