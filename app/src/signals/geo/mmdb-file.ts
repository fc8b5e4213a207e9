import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'maxmind';
import { formatIpv4 } from '../address/ipv4.ts';
import { formatIpv6, groupsOf } from '../address/ipv6.ts';
import { findBoundsError, hasMetadata } from './mmdb-bounds.ts';
import { type Place, parsePlace } from './place.ts';

/** Metadata of an mmdb file. */
export interface MmdbInfo {
  readonly path: string;
  /** The database's name for its type, such as `GeoLite2-City`. */
  readonly type: string;
  readonly built: Date;
  /** Fields that records have, as found in a sample of them. */
  readonly fields: readonly (keyof Place)[];
}

export interface MmdbFile {
  readonly info: MmdbInfo;
  /** Returns the place of an address in canonical form, if it has one. Throws if its record is unreadable. */
  find(address: string, version: 4 | 6): Place | undefined;
}

/** Fields of a place, in the order in which `MmdbInfo` lists them. */
export const PLACE_FIELDS = [
  'country',
  'continent',
  'asn',
  'organization',
  'city',
  'timezone',
] as const satisfies readonly (keyof Place)[];

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/** Decoded parts of records: all those of a country database, the most used ones of a larger database. */
const MAX_CACHED_PARTS = 20_000;

/** The sample at startup: networks that follow each of a number of evenly spaced addresses. */
const SAMPLE_SECTIONS = 64;
const NETWORKS_PER_SECTION = 32;

/** Address ranges that have records: all of IPv4, and IPv6's global unicast addresses, 2000::/3. */
const SAMPLE_RANGES = [
  {
    version: 4,
    bits: 32,
    first: 0n,
    size: 1n << 32n,
    format: (bits: bigint) => formatIpv4(Number(bits)),
  },
  {
    version: 6,
    bits: 128,
    first: 1n << 125n,
    size: 1n << 125n,
    format: (bits: bigint) => formatIpv6(groupsOf(bits)),
  },
] as const;

/**
 * Opens an mmdb file. Checks its bounds and reads a few thousand records, so that a damaged file is found
 * at startup, and not by a request.
 *
 * @throws Error with one sentence: the path, what is wrong, and what to do.
 */
export function openMmdbFile(path: string, file: Buffer): MmdbFile {
  const reader = openReader(path, file);
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  /** By decoded record, which is the same object while it is cached. */
  const places = new WeakMap<object, { readonly place: Place | undefined }>();
  const toPlace = (record: unknown): Place | undefined => {
    if (typeof record !== 'object' || record === null) return undefined;
    let parsed = places.get(record);
    if (parsed === undefined) {
      parsed = { place: parsePlace(record) };
      places.set(record, parsed);
    }
    return parsed.place;
  };
  const find = (address: string, version: 4 | 6): Place | undefined =>
    // An IPv4 tree would look an IPv6 address up by its first 32 bits.
    version > ipVersion ? undefined : toPlace(reader.get(address));
  return {
    info: { path, type: databaseType, built: buildEpoch, fields: sampleFields(path, reader) },
    find,
  };
}

function openReader(path: string, file: Buffer): Reader<Response> {
  if (file.length === 0) throw damaged(path, 'it is empty');
  if (file.subarray(0, 2).equals(GZIP_MAGIC)) {
    throw fileError(path, 'is compressed: unpack the .mmdb file');
  }
  if (!hasMetadata(file)) {
    throw fileError(
      path,
      'is not an mmdb file, or is truncated: replace it with a complete .mmdb file',
    );
  }
  let reader: Reader<Response>;
  try {
    reader = new Reader<Response>(file, { cache: new LRUCache({ max: MAX_CACHED_PARTS }) });
  } catch (error) {
    throw damaged(path, 'its metadata cannot be read', error);
  }
  const { buildEpoch, databaseType, ipVersion } = reader.metadata;
  if (Number.isNaN(buildEpoch.getTime()) || !databaseType || (ipVersion !== 4 && ipVersion !== 6)) {
    throw damaged(path, 'its metadata is not complete');
  }
  const boundsError = findBoundsError(file, reader.metadata);
  if (boundsError !== undefined) throw damaged(path, boundsError);
  return reader;
}

/** Returns the fields of the places in the sample. @throws Error if a record is unreadable, or has no place. */
function sampleFields(path: string, reader: Reader<Response>): (keyof Place)[] {
  const fields = new Set<string>();
  try {
    for (const record of sampleRecords(reader)) {
      for (const field of Object.keys(parsePlace(record) ?? {})) fields.add(field);
    }
  } catch (error) {
    throw damaged(path, 'a record cannot be read', error);
  }
  if (fields.size === 0) {
    throw fileError(path, 'contains no places: use a database of countries, cities or networks');
  }
  return PLACE_FIELDS.filter((field) => fields.has(field));
}

/** Yields the records of successive networks in each section of the address ranges: all of a small database. */
function* sampleRecords(reader: Reader<Response>): Generator<Response> {
  for (const { version, bits, first, size, format } of SAMPLE_RANGES) {
    if (version > reader.metadata.ipVersion) continue;
    const sectionSize = size / BigInt(SAMPLE_SECTIONS);
    for (let section = first; section < first + size; section += sectionSize) {
      let address = section;
      for (let n = 0; n < NETWORKS_PER_SECTION && address < section + sectionSize; n += 1) {
        const [record, prefix] = reader.getWithPrefixLength(format(address));
        if (record !== null) yield record;
        const hostMask = (1n << BigInt(bits - prefix)) - 1n;
        address = (address | hostMask) + 1n;
      }
    }
  }
}

function damaged(path: string, what: string, cause?: unknown): Error {
  return fileError(path, `is damaged (${what}): download it again`, cause);
}

function fileError(path: string, what: string, cause?: unknown): Error {
  return new Error(`The geo database ${path} ${what}.`, { cause });
}
