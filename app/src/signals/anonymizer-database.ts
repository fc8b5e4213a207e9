import { type Address, lookupAddress } from './address/address.ts';
import { MmdbError, type MmdbReader, openCheckedMmdb, openMmdb } from './mmdb/reader.ts';
import { sampleRecords } from './mmdb/sample.ts';

/** What a database says about an address. */
export interface AnonymizerFlags {
  readonly vpn: boolean;
  readonly tor: boolean;
  /** Public or residential. */
  readonly proxy: boolean;
  readonly hosting: boolean;
}

export interface AnonymizerDatabase {
  /** The database's name for its type, such as `GeoIP2-Anonymous-IP`. */
  readonly type: string;
  readonly built: Date;
  /** 6 if it contains both versions. */
  readonly ipVersion: number;
  /**
   * Returns the flags of an address, all false without a record; undefined for an IPv6 address if the database
   * contains only IPv4.
   *
   * @throws Error if the record is unreadable.
   */
  flagsOf(address: Address): AnonymizerFlags | undefined;
}

const NO_FLAGS: AnonymizerFlags = { vpn: false, tor: false, proxy: false, hosting: false };

/**
 * Opens an mmdb file with the records of MaxMind's Anonymous IP, without the checks of `checkAnonymizerDatabase`.
 *
 * @throws MmdbError if the metadata is not valid.
 */
export function openAnonymizerDatabase(file: Buffer): AnonymizerDatabase {
  return databaseOf(openMmdb(file));
}

/**
 * Opens an mmdb file, checks its bounds, and reads a few thousand records.
 *
 * @throws MmdbError if the file is damaged, or contains other data.
 */
export function checkAnonymizerDatabase(file: Buffer): AnonymizerDatabase {
  const reader = openCheckedMmdb(file);
  const hasFlag = sampleRecords(reader, parseFlags).some(
    (flags) => flags.vpn || flags.tor || flags.proxy || flags.hosting,
  );
  if (!hasFlag) {
    throw new MmdbError(
      'contains no anonymizers',
      "use a database with the records of MaxMind's Anonymous IP",
    );
  }
  return databaseOf(reader);
}

function databaseOf(reader: MmdbReader): AnonymizerDatabase {
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  return {
    type: databaseType,
    built: buildEpoch,
    ipVersion,
    flagsOf(address) {
      const { value, version } = lookupAddress(address);
      // An IPv4 tree would look an IPv6 address up by its first 32 bits.
      if (version > ipVersion) return undefined;
      const record = reader.get(value);
      return record === null ? NO_FLAGS : parseFlags(record);
    },
  };
}

/**
 * Parses a record, whose keys are present only if they are true. `is_anonymous` alone sets no flag: it repeats the
 * others. https://dev.maxmind.com/geoip/docs/databases/anonymous-ip
 */
function parseFlags(record: unknown): AnonymizerFlags {
  const has = (key: string): boolean =>
    typeof record === 'object' && record !== null && Reflect.get(record, key) === true;
  return {
    vpn: has('is_anonymous_vpn'),
    tor: has('is_tor_exit_node'),
    proxy: has('is_public_proxy') || has('is_residential_proxy'),
    hosting: has('is_hosting_provider'),
  };
}
