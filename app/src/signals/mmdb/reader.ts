import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'maxmind';
import { findBoundsError, hasMetadata } from './bounds.ts';

export type MmdbReader = Reader<Response>;

/** A file that is not a usable mmdb file. `issue` completes "The file …", and `advice` says what to do. */
export class MmdbError extends Error {
  readonly issue: string;
  readonly advice: string;

  constructor(issue: string, advice: string, cause?: unknown) {
    super(`The file ${issue}: ${advice}.`, { cause });
    this.issue = issue;
    this.advice = advice;
  }
}

/** The version of the format that the reader knows. Minor versions are compatible. */
const FORMAT_VERSION = 2;

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Decoded parts of records: all those of a country database, the most used ones of a larger database. */
const MAX_CACHED_PARTS = 20_000;

/**
 * Opens an mmdb file and checks its metadata, but not its search tree: for a file that is known to be complete.
 *
 * @throws MmdbError
 */
export function openMmdb(file: Buffer): MmdbReader {
  if (file.length === 0) throw damaged('it is empty');
  if (file.subarray(0, 2).equals(GZIP_MAGIC)) {
    throw new MmdbError('is compressed', 'unpack the .mmdb file');
  }
  if (!hasMetadata(file)) {
    throw new MmdbError(
      'is not an mmdb file, or is truncated',
      'replace it with a complete .mmdb file',
    );
  }
  let reader: MmdbReader;
  try {
    reader = new Reader<Response>(file, { cache: new LRUCache({ max: MAX_CACHED_PARTS }) });
  } catch (error) {
    throw damaged('its metadata cannot be read', error);
  }
  const { binaryFormatMajorVersion, buildEpoch, databaseType, ipVersion } = reader.metadata;
  if (Number.isNaN(buildEpoch.getTime()) || !databaseType || (ipVersion !== 4 && ipVersion !== 6)) {
    throw damaged('its metadata is not complete');
  }
  if (binaryFormatMajorVersion !== FORMAT_VERSION) {
    throw new MmdbError(
      `has version ${binaryFormatMajorVersion} of the mmdb format`,
      `use a file of version ${FORMAT_VERSION}`,
    );
  }
  return reader;
}

/**
 * Opens an mmdb file and checks that its search tree is complete: about 20 ms for 8 MB.
 *
 * @throws MmdbError
 */
export function openCheckedMmdb(file: Buffer): MmdbReader {
  const reader = openMmdb(file);
  const boundsError = findBoundsError(file, reader.metadata);
  if (boundsError !== undefined) throw damaged(boundsError);
  return reader;
}

/** Returns the error of a file of which a part is missing or not readable. */
export function damaged(what: string, cause?: unknown): MmdbError {
  return new MmdbError(`is damaged (${what})`, 'download it again', cause);
}
