import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readLocation } from '../../lib/file-or-s3.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { GeoCause } from '../causes.ts';
import { known, type Signal, unknown } from '../signal.ts';
import { FIELDS, type MmdbFile, type MmdbInfo, readMmdbFile } from './mmdb-file.ts';
import type { Place } from './place.ts';

export type { MmdbInfo, Place };

export interface GeoDatabase {
  /** All files as one: their fields, and the date of the oldest. */
  readonly info: MmdbInfo;
  /** Each file, in the order in which they are asked. */
  readonly files: readonly MmdbInfo[];
  /** Returns the place of an address. Never throws: a record that cannot be read is `database`. */
  lookup(address: Address): Signal<Place, GeoCause>;
}

const BUNDLED = 'geo-whois-asn-country.mmdb';
/** What the user of the bundled database must know of its age, as its publisher says, and its licence. */
export const BUNDLED_NOTICE = [
  'The bundled country database is of June 2026 and has known errors.',
  'Set GEO_DATABASE to a current file before users depend on it.',
  'Data of the NRO and the regional internet registries, put together by ip-location-db, CC BY 4.0.',
] as const;

/** Path of the country database that comes with the service: beside it when it is built, else its package's. */
export function bundledGeoDatabase(): string {
  const beside = fileURLToPath(new URL(BUNDLED, import.meta.url));
  if (existsSync(beside)) return beside;
  return createRequire(import.meta.url).resolve(
    `@ip-location-db/geo-whois-asn-country-mmdb/${BUNDLED}`,
  );
}

/** Larger than any database that is published. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/** Whether a path is that of the bundled database, which nobody should decide by. */
export function isBundledGeoDatabase(path: string): boolean {
  return basename(path) === BUNDLED;
}

/**
 * Opens mmdb files, or objects of S3, of MaxMind's shape or flat. They are read into memory and checked.
 *
 * @throws Error with a sentence for each file that cannot be used: its path, the fault and the remedy.
 */
export async function openGeoDatabase(...paths: readonly string[]): Promise<GeoDatabase> {
  // Somebody whose path contains a comma should learn why half of it is not found.
  const setting =
    paths.length > 1 ? 'GEO_DATABASE, in which commas separate files' : 'GEO_DATABASE';
  const words = { what: 'The geo database', setting, maxBytes: MAX_FILE_BYTES };
  const opened = await Promise.allSettled(
    paths.map(async (path) => readMmdbFile(path, await readLocation(path, words))),
  );
  const faults = opened.flatMap((file) => (file.status === 'rejected' ? [file.reason] : []));
  if (faults.length > 0) {
    throw new Error(faults.map(({ message }) => message).join('\n'), { cause: faults[0] });
  }
  return combine(opened.flatMap((file) => (file.status === 'fulfilled' ? [file.value] : [])));
}

/** Of each field of a place, the first file that has it counts. */
function combine(files: readonly MmdbFile[]): GeoDatabase {
  return {
    info: combineInfo(files.map(({ info }) => info)),
    files: files.map(({ info }) => info),
    lookup(address) {
      if (!address.public) return unknown(address.cause);
      const { value, version } = lookupAddress(address);
      let place: Place | undefined;
      let unreadable = false;
      for (const file of files) {
        try {
          const found = file.find(value, version);
          if (found !== undefined) place = place === undefined ? found : { ...found, ...place };
        } catch {
          // What the other files have must count all the same: a country that is known may be a refusal.
          unreadable = true;
        }
      }
      if (place !== undefined) return known(place);
      return unknown(unreadable ? 'database' : 'not-found');
    },
  };
}

function combineInfo(files: readonly MmdbInfo[]): MmdbInfo {
  return {
    path: files.map(({ path }) => path).join(', '),
    type: files.map(({ type }) => type).join(', '),
    built: new Date(Math.min(...files.map(({ built }) => built.getTime()))),
    fields: FIELDS.filter((field) => files.some(({ fields }) => fields.includes(field))),
  };
}
