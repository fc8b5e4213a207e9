import { LRUCache } from 'lru-cache';
import { Reader, type Response } from 'maxmind';
import { type Place, parsePlace } from './place.ts';
import { faultOf, hasMetadata, spreadAddresses } from './search-tree.ts';

/** What an mmdb file says of itself. */
export interface MmdbInfo {
  readonly path: string;
  /** The database's own name of its kind, such as `GeoLite2-City`. */
  readonly type: string;
  readonly built: Date;
  /** The fields that records have, as found in a sample of them. */
  readonly fields: readonly (keyof Place)[];
}

export interface MmdbFile {
  readonly info: MmdbInfo;
  /** Returns the place of an address in canonical form, if it has one. Throws when its record cannot be read. */
  find(address: string, version: 4 | 6): Place | undefined;
}

/** The fields of a place, in the order in which they are listed. */
export const FIELDS = ['country', 'continent', 'asn', 'organization', 'city', 'timezone'] as const;

const GZIP = Buffer.from([0x1f, 0x8b]);
/** Ways down each half of the tree, IPv4 and IPv6, whose records are read at start. */
const SAMPLE = 2_000;
/** Parts of records that are kept decoded: all of a database of countries, the most used of a larger one. */
const DECODED = 20_000;
/** Public resolvers and registries: what every database should know. */
const WELL_KNOWN = [
  ...['1.1.1.1', '8.8.8.8', '9.9.9.9', '77.88.8.8', '114.114.114.114', '208.67.222.222'],
  ...['192.0.32.8', '193.0.6.139', '196.216.2.6', '200.3.14.10', '202.12.29.175'],
  ...['2001:4860:4860::8888', '2606:4700:4700::1111', '2620:fe::fe', '2001:67c:2e8:22::c100:68b'],
];

/**
 * Checks an mmdb file's outline and reads up to some thousand of its records, so that a damaged file is
 * found now and not by a request.
 *
 * @throws Error of one sentence that names the path, the fault and the remedy.
 */
export function readMmdbFile(path: string, file: Buffer): MmdbFile {
  const reader = readerOf(path, file);
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  /** By record: one that is kept decoded is the same object each time. */
  const places = new WeakMap<object, { readonly place: Place | undefined }>();
  const find = (address: string, version: 4 | 6): Place | undefined => {
    // A tree of IPv4 would answer for IPv6 as well, with the record of its first 32 bits.
    const record: unknown = version > ipVersion ? null : reader.get(address);
    if (typeof record !== 'object' || record === null) return undefined;
    let found = places.get(record);
    if (found === undefined) {
      found = { place: parsePlace(record) };
      places.set(record, found);
    }
    return found.place;
  };
  const fields = sampleFields(path, find, spreadAddresses(file, reader.metadata, SAMPLE));
  return { info: { path, type: databaseType, built: buildEpoch, fields }, find };
}

function readerOf(path: string, file: Buffer): Reader<Response> {
  if (file.length === 0) throw damaged(path, 'it is empty');
  if (file.subarray(0, 2).equals(GZIP)) throw fault(path, 'is compressed: unpack the .mmdb file');
  if (!hasMetadata(file)) {
    throw fault(path, 'is no mmdb file or its end is cut off: put a whole .mmdb file there');
  }
  let reader: Reader<Response>;
  try {
    reader = new Reader<Response>(file, { cache: new LRUCache({ max: DECODED }) });
  } catch (error) {
    throw damaged(path, 'its metadata cannot be read', error);
  }
  const { buildEpoch, databaseType, ipVersion } = reader.metadata;
  if (Number.isNaN(buildEpoch.getTime()) || !databaseType || (ipVersion !== 4 && ipVersion !== 6)) {
    throw damaged(path, 'its metadata is not whole');
  }
  const outline = faultOf(file, reader.metadata);
  if (outline !== undefined) throw damaged(path, outline);
  return reader;
}

function sampleFields(
  path: string,
  find: MmdbFile['find'],
  spread: readonly string[],
): (keyof Place)[] {
  const found = new Set<string>();
  try {
    for (const address of [...WELL_KNOWN, ...spread]) {
      const place = find(address, address.includes(':') ? 6 : 4);
      for (const field of Object.keys(place ?? {})) found.add(field);
    }
  } catch (error) {
    throw damaged(path, 'a record cannot be read', error);
  }
  if (found.size === 0) {
    throw fault(path, 'holds no places: take a database of countries, cities or networks');
  }
  return FIELDS.filter((field) => found.has(field));
}

function damaged(path: string, what: string, cause?: unknown): Error {
  return fault(path, `is damaged (${what}): fetch it again`, cause);
}

function fault(path: string, what: string, cause?: unknown): Error {
  return new Error(`The geo database ${path} ${what}.`, { cause });
}
