import type { CheckedAddress } from './address.ts';
import type { CheckData, Report } from './check-data.ts';
import type { Profile } from './profile.ts';
import { profileFor } from './profiles.ts';
import { SeededRandom } from './seeded-random.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The most reports that a verbose answer lists. */
const MOST_LISTED = 10_000;

const REPORTER_COUNTRIES: readonly [string | null, ...(string | null)[]] = ['US', 'DE', 'JP', null];
/** Category numbers of AbuseIPDB: brute force, port scan, hacking, web application attack. */
const CATEGORIES: readonly [number[], ...number[][]] = [[18, 22], [14], [15, 21], [18]];
const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

/**
 * The whole, verbose record of an address at a time (milliseconds since the epoch), its counts and reports
 * limited to `maxAgeInDays`. It stays the same throughout a day.
 */
export function generateCheckData(
  address: CheckedAddress,
  maxAgeInDays: number,
  now: number,
): CheckData {
  const profile = profileFor(address);
  const today = now - (now % DAY);
  const reports = reportsOf(address.canonical, profile, today);
  const window = reports.filter(({ time }) => time >= today - maxAgeInDays * DAY);
  return {
    ipAddress: address.canonical,
    isPublic: address.public,
    ipVersion: address.version,
    isWhitelisted: profile.isWhitelisted,
    abuseConfidenceScore: profile.score,
    countryCode: profile.countryCode,
    usageType: profile.usageType,
    isp: profile.isp,
    domain: profile.domain,
    hostnames: [...profile.hostnames],
    isTor: profile.isTor,
    totalReports: window.length,
    numDistinctUsers: new Set(window.map(({ report }) => report.reporterId)).size,
    lastReportedAt: reports[0]?.report.reportedAt ?? null,
    countryName: countryName(profile.countryCode),
    reports: window.slice(0, MOST_LISTED).map(({ report }) => report),
  };
}

interface DatedReport {
  readonly time: number;
  readonly report: Report;
}

/** The reports of an address, the latest first. */
function reportsOf(address: string, profile: Profile, today: number): DatedReport[] {
  const draws = new SeededRandom(`reports of ${address}`);
  const { recent, older } = profile.reports;
  const reporters = Math.ceil((recent + older) * 0.6);
  return Array.from({ length: recent + older }, (_, index) => {
    const time = today - (index < recent ? ageLately(draws, index) : ageEarlier(draws)) * HOUR;
    const reporterCountryCode = draws.pick(REPORTER_COUNTRIES);
    return {
      time,
      report: {
        reportedAt: isoWithOffset(time),
        comment: 'Simulated report',
        categories: draws.pick(CATEGORIES),
        reporterId: 1000 + draws.integer(1, reporters),
        reporterCountryCode,
        reporterCountryName: countryName(reporterCountryCode),
      },
    };
  }).sort((one, other) => other.time - one.time);
}

/** In hours, below 30 days. Reports crowd into the last days, and one is of the last two. */
function ageLately(draws: SeededRandom, index: number): number {
  return index === 0 ? draws.integer(0, 48) : Math.floor(29 * 24 * draws.next() ** 2);
}

/** In hours: 40 to 300 days. */
function ageEarlier(draws: SeededRandom): number {
  return draws.integer(40 * 24, 300 * 24);
}

function countryName(code: string | null): string | null {
  return code === null ? null : (COUNTRY_NAMES.of(code) ?? null);
}

function isoWithOffset(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
