import type { CheckedAddress } from './address.ts';
import type { CheckData, Report } from './check-data.ts';
import type { Profile } from './profile.ts';
import { profileFor } from './profiles.ts';
import { SeededRandom } from './seeded-random.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** AbuseIPDB's limit on the reports of a verbose response. */
const MAX_REPORTS = 10_000;

const REPORTER_COUNTRIES: readonly [string | null, ...(string | null)[]] = ['US', 'DE', 'JP', null];
/** AbuseIPDB's categories for brute force, port scan, hacking and web application attack. */
const CATEGORIES: readonly [number[], ...number[][]] = [[18, 22], [14], [15, 21], [18]];
const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

/**
 * Generates the verbose data on an address, with counts and reports within `maxAgeInDays`. It is the same
 * throughout a day.
 *
 * @param now milliseconds since the epoch.
 */
export function generateCheckData(
  address: CheckedAddress,
  maxAgeInDays: number,
  now: number,
): CheckData {
  const profile = profileFor(address);
  const today = now - (now % DAY_MS);
  const reports = reportsOf(address.canonical, profile, today);
  const window = reports.filter(({ time }) => time >= today - maxAgeInDays * DAY_MS);
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
    reports: window.slice(0, MAX_REPORTS).map(({ report }) => report),
  };
}

interface DatedReport {
  readonly time: number;
  readonly report: Report;
}

/** Generates the reports of an address, the latest first. */
function reportsOf(address: string, profile: Profile, today: number): DatedReport[] {
  const random = new SeededRandom(`reports of ${address}`);
  const { recent, older } = profile.reports;
  const reporters = Math.ceil((recent + older) * 0.6);
  return Array.from({ length: recent + older }, (_, index) => {
    const time =
      today - (index < recent ? recentAgeHours(random, index) : olderAgeHours(random)) * HOUR_MS;
    const reporterCountryCode = random.pick(REPORTER_COUNTRIES);
    return {
      time,
      report: {
        reportedAt: isoWithOffset(time),
        comment: 'Simulated report',
        categories: random.pick(CATEGORIES),
        reporterId: 1000 + random.integer(1, reporters),
        reporterCountryCode,
        reporterCountryName: countryName(reporterCountryCode),
      },
    };
  }).sort((one, other) => other.time - one.time);
}

/** Less than 30 days. Most reports are from the last days, and the first one is from the last two. */
function recentAgeHours(random: SeededRandom, index: number): number {
  return index === 0 ? random.integer(0, 48) : Math.floor(29 * 24 * random.next() ** 2);
}

/** 40 to 300 days. */
function olderAgeHours(random: SeededRandom): number {
  return random.integer(40 * 24, 300 * 24);
}

function countryName(code: string | null): string | null {
  return code === null ? null : (COUNTRY_NAMES.of(code) ?? null);
}

function isoWithOffset(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, '+00:00');
}
