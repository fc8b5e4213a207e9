import { MmdbError, type MmdbReader, openCheckedMmdb, openMmdb } from '../mmdb/reader.ts';
import { sampleRecords } from '../mmdb/sample.ts';
import { type Place, parsePlace } from './place.ts';

/** Metadata of an mmdb file. */
export interface MmdbInfo {
  /** The file's location or, with `feed`, the feed's id. */
  readonly path: string;
  /** Present if the file is a feed's snapshot. */
  readonly feed?: string;
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

/**
 * Opens an mmdb file. Checks its bounds and reads a few thousand records, so that a damaged file is found
 * at startup, and not by a request.
 *
 * @throws Error with one sentence: the path, what is wrong, and what to do.
 */
export function openMmdbFile(path: string, file: Buffer): MmdbFile {
  try {
    return openPlaces(path, file);
  } catch (error) {
    if (!(error instanceof MmdbError)) throw error;
    const { issue, advice } = error;
    throw new Error(`The geo database ${path} ${issue}: ${advice}.`, { cause: error });
  }
}

function openPlaces(path: string, file: Buffer): MmdbFile {
  const reader = openCheckedMmdb(file);
  const fields = listPlaceFields(sampleRecords(reader, parsePlace));
  if (fields.length === 0) {
    throw new MmdbError('contains no places', 'use a database of countries, cities or networks');
  }
  return placesOf(reader, path, fields);
}

/**
 * Checks an mmdb file as `openMmdbFile` does.
 *
 * @returns the fields that its records have.
 * @throws MmdbError
 */
export function checkPlaces(file: Buffer): MmdbInfo['fields'] {
  return openPlaces('', file).info.fields;
}

/**
 * Opens a feed's mmdb file without the checks of `checkPlaces`, whose result it needs.
 *
 * @throws MmdbError if the metadata is not valid.
 */
export function openCheckedPlaces(
  feed: string,
  file: Buffer,
  fields: MmdbInfo['fields'],
): MmdbFile {
  const { info, find } = placesOf(openMmdb(file), feed, fields);
  return { info: { ...info, feed }, find };
}

function placesOf(reader: MmdbReader, path: string, fields: MmdbInfo['fields']): MmdbFile {
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
  return { info: { path, type: databaseType, built: buildEpoch, fields }, find };
}

/** Returns the fields that at least one of the places has. */
export function listPlaceFields(places: readonly (Place | undefined)[]): (keyof Place)[] {
  return PLACE_FIELDS.filter((field) => places.some((place) => place?.[field] !== undefined));
}
