import { createHash } from 'node:crypto';
// As a namespace: the object `z` would add zod's messages in every language to the bundle.
import * as z from 'zod';
import type { Download, DownloadContext, SourceVersion } from '../model/feed.ts';
import type { FeedData } from '../model/feed-data.ts';
import type { FeedRequest, FeedResponse } from '../model/feed-http.ts';
import { rejectedVersion } from './rejected-version.ts';
import { requireOk } from './statuses.ts';

/** A file of a feed at its publisher. */
export interface SourceFile extends Omit<FeedRequest, 'method'> {
  readonly url: string;
}

export type FilesDownload =
  | { readonly status: 'unchanged' }
  | {
      readonly status: 'downloaded';
      readonly version: SourceVersion;
      /** In the order of the files. */
      readonly bodies: readonly Buffer[];
    };

/** What identifies the last download of a file. Publishers may send neither an ETag nor a date. */
const fileVersion = z.object({
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  sha256: z.string(),
});
type FileVersion = z.output<typeof fileVersion>;

/**
 * Downloads and parses the files of a feed, unless none has changed.
 *
 * @param parse receives the bodies in the order of the files, and throws a FeedError if they are not valid.
 * @throws FeedError
 */
export async function downloadParsed(
  feedId: string,
  files: readonly SourceFile[],
  context: Pick<DownloadContext, 'http' | 'version'>,
  parse: (bodies: readonly Buffer[]) => FeedData,
): Promise<Download> {
  const download = await downloadFiles(feedId, files, context);
  if (download.status === 'unchanged') return download;
  const { version, bodies } = download;
  try {
    return { status: 'downloaded', version, data: parse(bodies) };
  } catch (error) {
    throw rejectedVersion(error, JSON.stringify(bodies.map(contentVersion)));
  }
}

/**
 * Downloads the files of a feed if one of them has changed since `version`. Asks with `If-None-Match` and
 * `If-Modified-Since`, and compares hashes, because some publishers change the ETag without the content.
 *
 * @throws FeedError if a file cannot be downloaded.
 */
export async function downloadFiles(
  feedId: string,
  files: readonly SourceFile[],
  { http, version }: Pick<DownloadContext, 'http' | 'version'>,
): Promise<FilesDownload> {
  const known = parseVersion(version, files.length);
  const ask = ({ url, ...request }: SourceFile, headers: Record<string, string>) =>
    http.request(url, { ...request, headers: { ...request.headers, ...headers } });

  const responses: FeedResponse[] = [];
  for (const [index, file] of files.entries()) {
    const conditions = conditionsOf(known?.[index]);
    const response = await ask(file, conditions);
    const isUnchanged = response.status === 304 && Object.keys(conditions).length > 0;
    if (!isUnchanged) requireOk(response, feedId);
    responses.push(response);
  }
  if (responses.every(({ status }) => status === 304)) return { status: 'unchanged' };

  const bodies: Buffer[] = [];
  const versions: FileVersion[] = [];
  for (const [index, file] of files.entries()) {
    const conditional = responses[index];
    // A file that has not changed is needed again, because another one has.
    const response =
      conditional === undefined || conditional.status === 304 ? await ask(file, {}) : conditional;
    const body = requireOk(response, feedId);
    bodies.push(body);
    versions.push(versionOf(response, body));
  }
  if (
    known !== undefined &&
    versions.every(({ sha256 }, index) => sha256 === known[index]?.sha256)
  ) {
    return { status: 'unchanged' };
  }
  return { status: 'downloaded', version: JSON.stringify(versions), bodies };
}

function parseVersion(
  version: SourceVersion | undefined,
  files: number,
): FileVersion[] | undefined {
  if (version === undefined) return undefined;
  try {
    return z.array(fileVersion).length(files).parse(JSON.parse(version));
  } catch {
    // Of another release of Risk Gate: the files are downloaded again.
    return undefined;
  }
}

function conditionsOf(version: FileVersion | undefined): Record<string, string> {
  const { etag, lastModified } = version ?? {};
  return {
    ...(etag === undefined ? {} : { 'if-none-match': etag }),
    ...(lastModified === undefined ? {} : { 'if-modified-since': lastModified }),
  };
}

function versionOf({ headers }: FeedResponse, body: Buffer): FileVersion {
  const { etag, 'last-modified': lastModified } = headers;
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...contentVersion(body),
  };
}

/** Without validators: a file that is not valid may be the cut copy of a valid one, so it is downloaded again. */
function contentVersion(body: Buffer): FileVersion {
  return { sha256: createHash('sha256').update(body).digest('hex') };
}
