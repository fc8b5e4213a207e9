import type { MmdbValue } from '../../mmdb.ts';
import { mmdbFile } from '../../mmdb.ts';
import type { ContentFault } from '../fault.ts';
import { olderRelease, type Release } from '../releases.ts';
import { formatIpv4, HOSTING_NETWORKS, RELAY_NETWORK, VPN_NETWORK } from './blocks.ts';
import { KNOWN_COUNTRIES, KNOWN_NETWORKS } from './known-addresses.ts';

/** Faults that the databases simulate. */
export const DATABASE_FAULTS = [
  'older',
  'smaller',
  'known-addresses-gone',
] as const satisfies readonly ContentFault[];

/** Editions of location databases, by the form of their records. */
export type DatabaseKind = 'country' | 'city' | 'flat' | 'asn' | 'anonymous';

type Networks = readonly (readonly [cidr: string, record: MmdbValue])[];

/** Networks besides those of the known addresses. */
const FILLER_NETWORKS = 200;

/** Sites send the same database many times, and tests start many sites. */
const databases = new Map<string, Buffer>();

/** Returns an mmdb file with composed networks. */
export function createDatabase(
  kind: DatabaseKind,
  type: string,
  release: Release,
  fault: ContentFault | undefined,
): Buffer {
  const { builtAt } = fault === 'older' ? olderRelease(release) : release;
  const key = [type, builtAt, fault].join(' ');
  const database = databases.get(key) ?? compose(kind, type, new Date(builtAt), fault);
  databases.set(key, database);
  return database;
}

function compose(
  kind: DatabaseKind,
  type: string,
  built: Date,
  fault: ContentFault | undefined,
): Buffer {
  const count = fault === 'smaller' ? 0.8 * FILLER_NETWORKS : FILLER_NETWORKS;
  const known = knownNetworks(kind);
  const remaining = fault === 'known-addresses-gone' ? known.slice(3) : known;
  return mmdbFile([...filler(kind, count), ...remaining], { type, built, recordSize: 28 });
}

function knownNetworks(kind: DatabaseKind): Networks {
  if (kind === 'anonymous') return [];
  if (kind === 'asn') {
    return KNOWN_NETWORKS.map(([cidr, asn, name]) => [cidr, asnRecord(asn, name)]);
  }
  return KNOWN_COUNTRIES.map(([cidr, code]) => [cidr, placeRecord(kind, code, cidr)]);
}

function filler(kind: DatabaseKind, count: number): Networks {
  if (kind === 'anonymous') return anonymousNetworks(count);
  return Array.from({ length: count }, (_, index) => {
    const cidr = `${formatIpv4((100 * 2 ** 24 + 2 ** 23 + index * 2 ** 9) >>> 0)}/24`;
    return [
      cidr,
      kind === 'asn'
        ? asnRecord(64_500 + index, `Example ${index}`)
        : placeRecord(kind, 'US', cidr),
    ];
  });
}

/** The flags agree with the lists of the same networks, and know two things that those do not. */
function anonymousNetworks(count: number): Networks {
  const flagged = (flag: string) => ({ is_anonymous: true, [flag]: true });
  return [
    [`${VPN_NETWORK}.128.0.0/9`, flagged('is_anonymous_vpn')],
    ...HOSTING_NETWORKS.map(
      (octet) => [`${octet}.0.0.0/8`, flagged('is_hosting_provider')] as const,
    ),
    [`${RELAY_NETWORK}.1.0.0/20`, flagged('is_tor_exit_node')],
    ...Array.from(
      { length: count },
      (_, index) =>
        [
          `${formatIpv4((12 * 2 ** 24 + index * 2 ** 9) >>> 0)}/24`,
          flagged(index % 2 === 0 ? 'is_public_proxy' : 'is_residential_proxy'),
        ] as const,
    ),
  ];
}

function asnRecord(asn: number, organization: string): MmdbValue {
  return { autonomous_system_number: asn, autonomous_system_organization: organization };
}

const REGION_NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

function placeRecord(kind: DatabaseKind, code: string, cidr: string): MmdbValue {
  const name = REGION_NAMES.of(code) ?? code;
  if (kind === 'flat') {
    // Names where others have codes, and no network for about a fifth of the addresses.
    const network: Readonly<Record<string, string>> =
      cidr.length % 5 === 0 ? {} : { asn: 'AS64500', as_name: 'Example', as_domain: 'example.net' };
    return {
      country: name,
      country_code: code,
      continent: 'Example',
      continent_code: 'EU',
      ...network,
    };
  }
  const country = { country: { iso_code: code, names: { en: name } } };
  if (kind === 'country') return country;
  return {
    ...country,
    city: { names: { en: `Capital of ${name}` } },
    location: { time_zone: 'Etc/UTC' },
  };
}
