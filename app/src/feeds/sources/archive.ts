import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { unpackTar } from 'modern-tar';
import { FeedError } from '../model/feed-error.ts';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** A tar archive has a few text files beside the database, and headers and padding for each. */
const MAX_OTHER_BYTES = 1024 * 1024;

/**
 * Compares the checksum of a file with the one that the publisher states.
 *
 * @param expected hexadecimal digits in any case.
 * @throws FeedError `checksum`
 */
export function verifyChecksum(
  file: Buffer,
  algorithm: 'sha256' | 'md5',
  expected: string,
  feedId: string,
): void {
  const actual = createHash(algorithm).update(file).digest('hex');
  if (actual === expected.toLowerCase()) return;
  throw new FeedError(
    'checksum',
    `The file of the feed ${feedId} does not have the checksum that its publisher states: the next run downloads it again.`,
  );
}

/** @throws FeedError `format` for a body that is not compressed, such as an error page with the status 200. */
export function requireGzip(body: Buffer, feedId: string): void {
  if (body.subarray(0, GZIP_MAGIC.length).equals(GZIP_MAGIC)) return;
  throw invalid(feedId, 'is not a gzip file: check that a proxy does not replace responses');
}

/**
 * Decompresses a gzip file.
 *
 * @throws FeedError `format` if it is not complete or larger than `maxBytes`, `checksum` if its contents are wrong.
 */
export function gunzip(body: Buffer, maxBytes: number, feedId: string): Buffer {
  requireGzip(body, feedId);
  try {
    return gunzipSync(body, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      throw invalid(feedId, `has more than ${maxBytes} bytes when decompressed`);
    }
    // Decompressed, but not to what the checksum or the length at the end of the file say (RFC 1952).
    if (message === 'incorrect data check' || message === 'incorrect length check') {
      throw new FeedError(
        'checksum',
        `The file of the feed ${feedId} does not have the checksum in its gzip trailer: the next run downloads it again.`,
      );
    }
    throw invalid(feedId, 'is a truncated or damaged gzip file: the next run downloads it again');
  }
}

/**
 * Returns the .mmdb file in a compressed tar archive. Ignores links, the names of folders, and all other files.
 *
 * @throws FeedError `format` unless the archive is complete, has exactly one such file, and is not larger than
 *   `maxBytes` and some text files.
 */
export async function unpackMmdb(
  archive: Buffer,
  maxBytes: number,
  feedId: string,
): Promise<Buffer> {
  const tar = gunzip(archive, maxBytes + MAX_OTHER_BYTES, feedId);
  const entries = await unpackTar(tar, {
    strict: true,
    filter: ({ name, type }) => type === 'file' && name.endsWith('.mmdb'),
  }).catch(() => {
    throw invalid(feedId, 'is not a complete tar archive: the next run downloads it again');
  });
  const [entry, ...others] = entries;
  if (entry?.data === undefined || others.length > 0) {
    throw invalid(feedId, `contains ${entries.length} .mmdb files, expected one`);
  }
  return Buffer.from(entry.data.buffer, entry.data.byteOffset, entry.data.byteLength);
}

function invalid(feedId: string, what: string): FeedError {
  return new FeedError('format', `The file of the feed ${feedId} ${what}.`);
}
