import { parseCheckedAddress } from '../../../../app/dev/simulator/address.ts';
import type { CheckData } from '../../../../app/dev/simulator/check-data.ts';
import { generateCheckData } from '../../../../app/dev/simulator/record.ts';

const NOON = Date.UTC(2025, 4, 20, 12);
const DAY = 86_400_000;

function record(text: string, maxAgeInDays = 30, now = NOON): CheckData {
  const address = parseCheckedAddress(text);
  if (address === undefined) throw new Error(`${text} is not a valid address`);
  return generateCheckData(address, maxAgeInDays, now);
}

/** 4000 public addresses from different networks. */
const SAMPLE = Array.from({ length: 4000 }, (_, index) =>
  record(`${20 + (index % 60)}.${(index * 7) % 256}.${(index * 13) % 256}.${index % 256}`),
);

function share(matches: (data: CheckData) => boolean): number {
  return SAMPLE.filter(matches).length / SAMPLE.length;
}

describe('The data of the simulated AbuseIPDB', () => {
  test.each<[string, (data: CheckData) => boolean, number, number]>([
    ['with score 0', (data) => data.abuseConfidenceScore === 0, 0.8, 0.95],
    ['with an elevated score', ({ abuseConfidenceScore: s }) => s >= 25 && s < 75, 0.02, 0.08],
    ['with a high score', (data) => data.abuseConfidenceScore >= 75, 0.01, 0.06],
    ['without a usage type', (data) => data.usageType === null, 0.05, 0.5],
    ['without a domain', (data) => data.domain === null, 0.02, 0.5],
    ['without a country', (data) => data.countryCode === null, 0.02, 0.2],
    ['without a whitelist result', (data) => data.isWhitelisted === null, 0.02, 0.2],
    ['without reports ever', (data) => data.lastReportedAt === null, 0.5, 0.95],
    [
      'with old reports only',
      (data) => data.totalReports === 0 && data.lastReportedAt !== null,
      0.02,
      0.3,
    ],
  ])('has a plausible share of addresses %s', (_, matches, min, max) => {
    expect(share(matches)).toBeGreaterThan(min);
    expect(share(matches)).toBeLessThan(max);
  });

  test.each<[string, (data: CheckData) => boolean]>([
    [
      'an integer score from 0 to 100',
      ({ abuseConfidenceScore: s }) => Number.isInteger(s) && s >= 0 && s <= 100,
    ],
    [
      'recent reports for every score above 0',
      (data) => data.abuseConfidenceScore === 0 || data.totalReports > 0,
    ],
    [
      'no more reporters than reports, and none without reports',
      ({ totalReports, numDistinctUsers = -1 }) =>
        numDistinctUsers <= totalReports && numDistinctUsers > 0 === totalReports > 0,
    ],
    [
      'a last report that is not in the future',
      ({ lastReportedAt }) => lastReportedAt === null || Date.parse(lastReportedAt) <= NOON,
    ],
    [
      'as many reports as counted, all within the window',
      ({ reports = [], totalReports }) =>
        reports.length === totalReports &&
        reports.every(({ reportedAt }) => Date.parse(reportedAt) >= NOON - 31 * DAY),
    ],
  ])('has %s', (_, matches) => {
    expect(SAMPLE.filter((data) => !matches(data))).toEqual([]);
  });

  test('is the same throughout a day', () => {
    expect(record('103.159.198.178', 30, NOON + 11 * 3_600_000)).toEqual(record('103.159.198.178'));
  });

  test('grows with the window', () => {
    const counts = [1, 7, 30, 365].map((days) => record('103.159.198.178', days).totalReports);
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(new Set(counts).size).toBe(4);
  });

  test('differs between neighbouring addresses', () => {
    const neighbours = Array.from({ length: 200 }, (_, index) => record(`2600::${index + 1}`));
    const scores = new Set(neighbours.map((data) => data.abuseConfidenceScore));
    expect(scores.size).toBeGreaterThan(5);
  });
});
