import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AgentFactory } from '../../lib/agents.ts';
import { readFileOrS3 } from '../../lib/file-or-s3.ts';
import { type Address, lookupAddress } from '../address/address.ts';
import type { GeoCause, NetworkCause } from '../causes.ts';
import { findNetwork, hasNetworks, type Network } from '../network.ts';
import { known, type Signal, unknown } from '../signal.ts';
import { type MmdbFile, type MmdbInfo, openMmdbFile, PLACE_FIELDS } from './mmdb-file.ts';
import type { Place } from './place.ts';

export type { MmdbInfo, Place };

export interface GeoDatabase {
  /** The files combined: the fields of all, and the date of the oldest. */
  readonly info: MmdbInfo;
  /** Each file, in the order in which they are searched. */
  readonly files: readonly MmdbFile[];
  /** Returns the place of an address. Never throws: an unreadable record yields `unknown(database)`. */
  lookup(address: Address): Signal<Place, GeoCause>;
  /** Returns the network of an address. Never throws. */
  lookupNetwork(address: Address): Signal<Network, NetworkCause>;
}

const BUNDLED_FILE = 'geo-whois-asn-country.mmdb';

/** The age of the bundled database, its quality according to its publisher, and its licence. */
export const BUNDLED_NOTICE = [
  'The bundled country database is of June 2026 and has known errors.',
  'Set GEO_DATABASE to a current file before users depend on it.',
  'Data of the NRO and the regional internet registries, compiled by ip-location-db, CC BY 4.0.',
] as const;

/** Returns the path of the bundled country database: next to the bundled service, or in its npm package. */
export function bundledGeoDatabase(): string {
  // This code is in the bundle's entry or in one of its chunks, which are one folder below.
  const nextToBundle = [`./${BUNDLED_FILE}`, `../${BUNDLED_FILE}`]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path));
  if (nextToBundle !== undefined) return nextToBundle;
  return createRequire(import.meta.url).resolve(
    `@ip-location-db/geo-whois-asn-country-mmdb/${BUNDLED_FILE}`,
  );
}

/** Larger than any published database. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/** Returns whether a path is that of the bundled database, which is not meant for production. */
export function isBundledGeoDatabase(path: string): boolean {
  return basename(path) === BUNDLED_FILE;
}

/**
 * Opens mmdb files, or objects in S3, with MaxMind's records or flat ones. Reads them into memory and checks
 * them.
 *
 * @param agents makes the connections to S3; connects directly by default.
 * @throws Error with a sentence for each file that cannot be used: its path, what is wrong, and what to do.
 */
export async function openGeoDatabase(
  paths: readonly string[],
  agents?: AgentFactory,
): Promise<GeoDatabase> {
  // Explains why half of a path that contains a comma is not found.
  const setting =
    paths.length > 1 ? 'GEO_DATABASE, in which commas separate files' : 'GEO_DATABASE';
  const options = {
    labels: { subject: 'The geo database', setting },
    maxBytes: MAX_FILE_BYTES,
    ...(agents && { agents }),
  };
  const opened = await Promise.allSettled(
    paths.map(async (path) => openMmdbFile(path, await readFileOrS3(path, options))),
  );
  const errors = opened.flatMap((file) => (file.status === 'rejected' ? [file.reason] : []));
  if (errors.length > 0) {
    throw new Error(errors.map(({ message }) => message).join('\n'), { cause: errors[0] });
  }
  return combineFiles(opened.flatMap((file) => (file.status === 'fulfilled' ? [file.value] : [])));
}

/** Combines files. Each field of a place comes from the first file that has it. */
export function combineFiles(files: readonly MmdbFile[]): GeoDatabase {
  const networkFiles = files.filter(hasNetworks);
  return {
    info: combineInfo(files.map(({ info }) => info)),
    files,
    lookup(address) {
      if (!address.public) return unknown(address.cause);
      const { value, version } = lookupAddress(address);
      let place: Place | undefined;
      let isUnreadable = false;
      for (const file of files) {
        try {
          const found = file.find(value, version);
          if (found !== undefined) place = place === undefined ? found : { ...found, ...place };
        } catch {
          // The other files are still used: a policy may refuse the country that they know.
          isUnreadable = true;
        }
      }
      if (place !== undefined) return known(place);
      return unknown(isUnreadable ? 'database' : 'not-found');
    },
    lookupNetwork: (address) => findNetwork(address, networkFiles),
  };
}

function combineInfo(files: readonly MmdbInfo[]): MmdbInfo {
  return {
    path: files.map(({ path }) => path).join(', '),
    type: files.map(({ type }) => type).join(', '),
    built: new Date(Math.min(...files.map(({ built }) => built.getTime()))),
    fields: PLACE_FIELDS.filter((field) => files.some(({ fields }) => fields.includes(field))),
  };
}
