import type { CheckedAddress } from './address.ts';
import { GUIDE_PROFILES } from './guide-profiles.ts';
import type { Profile } from './profile.ts';
import { SeededRandom } from './seeded-random.ts';

type Network = Pick<Profile, 'usageType' | 'isp' | 'domain'>;

/** Invented, on reserved names: no real provider is said to send abuse. Some are as good as unknown. */
const NETWORKS: readonly [Network, ...Network[]] = [
  { usageType: 'Fixed Line ISP', isp: 'Example Broadband', domain: 'broadband.example' },
  { usageType: 'Mobile ISP', isp: 'Example Mobile', domain: 'mobile.example' },
  {
    usageType: 'Data Center/Web Hosting/Transit',
    isp: 'Example Hosting',
    domain: 'hosting.example',
  },
  { usageType: 'Commercial', isp: 'Example Trading', domain: 'trading.example' },
  {
    usageType: 'University/College/School',
    isp: 'Example University',
    domain: 'university.example',
  },
  { usageType: 'Content Delivery Network', isp: 'Example Delivery', domain: 'delivery.example' },
  { usageType: null, isp: 'Example Carrier', domain: 'carrier.example' },
  { usageType: null, isp: null, domain: null },
];

const COUNTRIES: readonly [string | null, ...(string | null)[]] = [
  ...([
    'US',
    'DE',
    'FR',
    'GB',
    'NL',
    'SE',
    'PL',
    'CA',
    'BR',
    'IN',
    'JP',
    'SG',
    'AU',
    'ZA',
  ] as const),
  null,
];

/** The profile of an address: the guide's own, that of a reserved range, or one derived from it. */
export function profileFor(address: CheckedAddress): Profile {
  if (!address.public) return reservedProfile(address);
  return GUIDE_PROFILES.get(address.canonical) ?? derivedProfile(address.canonical);
}

function reservedProfile({ canonical, range }: CheckedAddress): Profile {
  const unspecified = canonical === '0.0.0.0';
  return {
    score: 0,
    isWhitelisted: null,
    countryCode: null,
    usageType: 'Reserved',
    isp: unspecified ? 'Broadcast RFC1700' : (RESERVED_NAMES.get(range) ?? 'Reserved Address'),
    domain: null,
    hostnames: [],
    isTor: false,
    // Careless reporters do report 0.0.0.0; the score stays 0.
    reports: { recent: unspecified ? 188 : 0, older: 0 },
  };
}

const RESERVED_NAMES: ReadonlyMap<string, string> = new Map([
  ['private', 'Private IP Address LAN'],
  ['uniqueLocal', 'Private IP Address LAN'],
  ['loopback', 'Loopback'],
  ['linkLocal', 'Link Local'],
]);

function derivedProfile(address: string): Profile {
  const draws = new SeededRandom(address);
  const score = drawScore(draws);
  const network = draws.pick(NETWORKS);
  const isTor = score >= 25 && draws.chance(10);
  const named = network.domain !== null && draws.chance(50);
  return {
    score,
    isWhitelisted: draws.chance(10) ? null : score === 0 && draws.chance(5),
    countryCode: draws.pick(COUNTRIES),
    ...network,
    hostnames: named ? [`host-${draws.integer(1, 9999)}.${network.domain}`] : [],
    isTor,
    reports: drawReports(draws, score),
  };
}

/** Most addresses are clean; about 4 in 100 noted, 5 elevated, 3 high. */
function drawScore(draws: SeededRandom): number {
  const band = draws.integer(1, 100);
  if (band <= 88) return 0;
  if (band <= 92) return draws.integer(1, 24);
  if (band <= 97) return draws.integer(25, 74);
  return draws.integer(75, 100);
}

/** A clean address may have been reported long ago: a score decays, the date of the last report stays. */
function drawReports(draws: SeededRandom, score: number): Profile['reports'] {
  if (score > 0) {
    return { recent: draws.integer(1 + score, 4 * score), older: draws.integer(0, score) };
  }
  return {
    recent: draws.chance(8) ? draws.integer(1, 3) : 0,
    older: draws.chance(15) ? draws.integer(1, 5) : 0,
  };
}
