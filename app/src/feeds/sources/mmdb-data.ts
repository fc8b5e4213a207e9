import { checkAnonymizerDatabase } from '../../signals/anonymizer-database.ts';
import { listPlaceFields } from '../../signals/geo/mmdb-file.ts';
import { type Place, parsePlace } from '../../signals/geo/place.ts';
import { damaged, MmdbError, type MmdbReader, openCheckedMmdb } from '../../signals/mmdb/reader.ts';
import { sampleRecords } from '../../signals/mmdb/sample.ts';
import { findStructureError } from '../../signals/mmdb/structure.ts';
import type { FeedData, FeedSummary } from '../model/feed-data.ts';
import { FeedError } from '../model/feed-error.ts';
import type { KnownAddresses } from './known-addresses.ts';

/** What a feed's mmdb files contain. */
export interface MmdbContent {
  /** The start of the metadata's `database_type`, such as `GeoLite2-City`. */
  readonly type: string;
  /** Limit for a file: about three times the size of the published ones. */
  readonly maxBytes: number;
  /** Field that records of places must have; undefined for anonymizers. */
  readonly field?: keyof Place;
  readonly known?: KnownAddresses;
  /** Age at which a file is no longer plausible. @default 30 days */
  readonly maxBuildAgeMs?: number;
}

/** The part of a feed's summary that plausibility needs. */
export interface MmdbSummary extends FeedSummary {
  readonly type: string;
  readonly bytes: number;
  /** Fields of the places, separated by blanks. Empty for anonymizers. */
  readonly fields: string;
  /** How many of the known addresses have the expected place; -1 if none are known. */
  readonly knownAddresses: number;
}

/**
 * Checks an mmdb file: its metadata, its search tree, all its values, and the fields of a sample of its records.
 *
 * @throws FeedError `format`
 */
export function parseMmdb(file: Buffer, feedId: string, content: MmdbContent): FeedData {
  try {
    checkStructure(file);
    return content.field === undefined ? parseAnonymizers(file) : parsePlaces(file, content);
  } catch (error) {
    if (!(error instanceof MmdbError)) throw error;
    throw new FeedError('format', `The mmdb file of the feed ${feedId} ${error.issue}.`, {
      cause: error,
    });
  }
}

function checkStructure(file: Buffer): void {
  const { metadata } = openCheckedMmdb(file);
  if (metadata.ipVersion !== 6) {
    throw new MmdbError('contains no IPv6 addresses', 'use another database');
  }
  const error = findStructureError(file, metadata);
  if (error !== undefined) throw damaged(error);
}

function parsePlaces(file: Buffer, { field, known }: MmdbContent): FeedData {
  const reader = openCheckedMmdb(file);
  const { databaseType: type, buildEpoch } = reader.metadata;
  const built = buildEpoch.getTime();
  const fields = listPlaceFields(sampleRecords(reader, parsePlace));
  if (field !== undefined && !fields.includes(field)) {
    throw new MmdbError(`has no records with the field ${field}`, 'use another database');
  }
  return {
    content: 'places',
    file,
    publishedAt: built,
    summary: {
      type,
      bytes: file.length,
      fields: fields.join(' '),
      knownAddresses: countKnown(reader, known),
    } satisfies MmdbSummary,
  };
}

function parseAnonymizers(file: Buffer): FeedData {
  const database = checkAnonymizerDatabase(file);
  const built = database.built.getTime();
  return {
    content: 'anonymizers',
    file,
    publishedAt: built,
    summary: {
      type: database.type,
      bytes: file.length,
      fields: '',
      knownAddresses: -1,
    } satisfies MmdbSummary,
  };
}

function countKnown(reader: MmdbReader, known: KnownAddresses | undefined): number {
  if (known === undefined) return -1;
  const isAsExpected = ([address, expected]: [string, Pick<Place, 'country' | 'asn'>]): boolean => {
    const place = parsePlace(reader.get(address));
    return expected.country === undefined
      ? place?.asn === expected.asn
      : place?.country === expected.country;
  };
  return [...known].filter(isAsExpected).length;
}
