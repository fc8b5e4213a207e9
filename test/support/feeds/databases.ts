import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  KNOWN_COUNTRIES,
  KNOWN_NETWORKS,
} from '../../../app/dev/simulator/feed-sites/data/known-addresses.ts';
import { type ArchiveEntry, tarArchive } from '../../../app/dev/simulator/feed-sites/tar.ts';
import { type MmdbOptions, type MmdbValue, mmdbFile } from '../../../app/dev/simulator/mmdb.ts';

/** The time of the tests: noon on a day after a release of all publishers. */
export const NOW = Date.parse('2026-11-21T12:00:00Z');
export const BUILT = new Date('2026-11-20T08:00:00Z');

type Networks = readonly (readonly [string, MmdbValue])[];

/** Records as MaxMind's Country has them. */
export const COUNTRIES: Networks = KNOWN_COUNTRIES.map(([cidr, code]) => [
  cidr,
  { country: { iso_code: code }, continent: { code: 'EU' } },
]);

/** Records as IPinfo Lite has them: names where others have codes, and no network for some addresses. */
export const FLAT_COUNTRIES: Networks = KNOWN_COUNTRIES.map(([cidr, code], index) => [
  cidr,
  {
    country: 'Name of the country',
    country_code: code,
    continent: 'Europe',
    continent_code: 'EU',
    ...(index % 5 === 0 ? {} : { asn: 'AS64500', as_name: 'Example', as_domain: 'example.net' }),
  },
]);

export const ASNS: Networks = KNOWN_NETWORKS.map(([cidr, asn, name]) => [
  cidr,
  { autonomous_system_number: asn, autonomous_system_organization: name },
]);

export const ANONYMIZERS: Networks = [
  ['81.2.69.0/24', { is_anonymous: true, is_anonymous_vpn: true }],
];

/** Creates a database of countries that is plausible at `NOW`. */
export function database(
  type: string,
  networks: Networks = COUNTRIES,
  options: MmdbOptions = {},
): Buffer {
  return mmdbFile(networks, { type, built: BUILT, ...options });
}

/** Packs files as MaxMind does. */
export function archiveOf(entries: readonly ArchiveEntry[]): Buffer {
  return gzipSync(tarArchive(entries), { level: 1 });
}

export function hash(algorithm: 'md5' | 'sha256', content: Buffer): string {
  return createHash(algorithm).update(content).digest('hex');
}
