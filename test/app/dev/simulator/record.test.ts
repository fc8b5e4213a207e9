import { parseCheckedAddress } from '../../../../app/dev/simulator/address.ts';
import type { CheckData } from '../../../../app/dev/simulator/check-data.ts';
import { generateCheckData } from '../../../../app/dev/simulator/record.ts';

const NOON = Date.UTC(2025, 4, 20, 12);
const DAY = 86_400_000;

function record(text: string, maxAgeInDays = 30, now = NOON): CheckData {
  const address = parseCheckedAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return generateCheckData(address, maxAgeInDays, now);
}

/** 4000 public addresses, far apart. */
const SAMPLE = Array.from({ length: 4000 }, (_, index) =>
  record(`${20 + (index % 60)}.${(index * 7) % 256}.${(index * 13) % 256}.${index % 256}`),
);

function share(holds: (data: CheckData) => boolean): number {
  return SAMPLE.filter(holds).length / SAMPLE.length;
}

describe('the records of the simulated AbuseIPDB', () => {
  test.each<[string, (data: CheckData) => boolean, number, number]>([
    ['clean', (data) => data.abuseConfidenceScore === 0, 0.8, 0.95],
    ['elevated', ({ abuseConfidenceScore: s }) => s >= 25 && s < 75, 0.02, 0.08],
    ['high', (data) => data.abuseConfidenceScore >= 75, 0.01, 0.06],
    ['of unknown usage', (data) => data.usageType === null, 0.05, 0.5],
    ['of unknown domain', (data) => data.domain === null, 0.02, 0.5],
    ['of unknown country', (data) => data.countryCode === null, 0.02, 0.2],
    ['not looked up in the whitelists', (data) => data.isWhitelisted === null, 0.02, 0.2],
    ['never reported', (data) => data.lastReportedAt === null, 0.5, 0.95],
    [
      'reported long ago',
      (data) => data.totalReports === 0 && data.lastReportedAt !== null,
      0.02,
      0.3,
    ],
  ])('are %s in a plausible share', (_, holds, least, most) => {
    expect(share(holds)).toBeGreaterThan(least);
    expect(share(holds)).toBeLessThan(most);
  });

  test.each<[string, (data: CheckData) => boolean]>([
    [
      'a whole score from 0 to 100',
      ({ abuseConfidenceScore: s }) => Number.isInteger(s) && s >= 0 && s <= 100,
    ],
    [
      'recent reports behind a score',
      (data) => data.abuseConfidenceScore === 0 || data.totalReports > 0,
    ],
    [
      'no more reporters than reports, and none without',
      ({ totalReports, numDistinctUsers = -1 }) =>
        numDistinctUsers <= totalReports && numDistinctUsers > 0 === totalReports > 0,
    ],
    [
      'a last report that is not of the future',
      ({ lastReportedAt }) => lastReportedAt === null || Date.parse(lastReportedAt) <= NOON,
    ],
    [
      'as many reports as are counted, all within the window',
      ({ reports = [], totalReports }) =>
        reports.length === totalReports &&
        reports.every(({ reportedAt }) => Date.parse(reportedAt) >= NOON - 31 * DAY),
    ],
  ])('have %s', (_, holds) => {
    expect(SAMPLE.filter((data) => !holds(data))).toEqual([]);
  });

  test('are the same throughout a day', () => {
    expect(record('103.159.198.178', 30, NOON + 11 * 3_600_000)).toEqual(record('103.159.198.178'));
  });

  test('grow with the window', () => {
    const counts = [1, 7, 30, 365].map((days) => record('103.159.198.178', days).totalReports);
    expect(counts).toEqual([...counts].sort((one, other) => one - other));
    expect(new Set(counts).size).toBe(4);
  });

  test('differ between neighbours', () => {
    const neighbours = Array.from({ length: 200 }, (_, index) => record(`2600::${index + 1}`));
    const scores = new Set(neighbours.map((data) => data.abuseConfidenceScore));
    expect(scores.size).toBeGreaterThan(5);
  });
});
