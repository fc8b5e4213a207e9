import type { CheckedAddress } from './address.ts';
import { GUIDE_PROFILES } from './guide-profiles.ts';
import type { Profile } from './profile.ts';
import { SeededRandom } from './seeded-random.ts';

type Network = Pick<Profile, 'usageType' | 'isp' | 'domain'>;

/** Invented, with reserved domain names, so that no real provider is accused of abuse. */
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
  null,
];

/** Returns the profile of an address: of the guide, of its reserved range, or derived from the address itself. */
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
    // AbuseIPDB has reports of 0.0.0.0, with a score of 0.
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
  const random = new SeededRandom(address);
  const score = drawScore(random);
  const network = random.pick(NETWORKS);
  const isTor = score >= 25 && random.chance(10);
  const named = network.domain !== null && random.chance(50);
  return {
    score,
    isWhitelisted: random.chance(10) ? null : score === 0 && random.chance(5),
    countryCode: random.pick(COUNTRIES),
    ...network,
    hostnames: named ? [`host-${random.integer(1, 9999)}.${network.domain}`] : [],
    isTor,
    reports: drawReports(random, score),
  };
}

/** Most addresses have score 0. About 4 in 100 are low, 5 elevated and 3 high. */
function drawScore(random: SeededRandom): number {
  const band = random.integer(1, 100);
  if (band <= 88) return 0;
  if (band <= 92) return random.integer(1, 24);
  if (band <= 97) return random.integer(25, 74);
  return random.integer(75, 100);
}

/** An address with score 0 may have old reports: a score decays, the date of the last report does not. */
function drawReports(random: SeededRandom, score: number): Profile['reports'] {
  if (score > 0) {
    return { recent: random.integer(1 + score, 4 * score), older: random.integer(0, score) };
  }
  return {
    recent: random.chance(8) ? random.integer(1, 3) : 0,
    older: random.chance(15) ? random.integer(1, 5) : 0,
  };
}
