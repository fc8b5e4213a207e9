import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MmdbValue, mmdbFile } from '../../../app/dev/simulator/mmdb.ts';
import { sumOf } from '../../support/emf.ts';
import { outcomeOf } from '../../support/outcome.ts';
import { payloadFrom } from '../../support/payloads.ts';
import { type RunningService, startTestService } from '../../support/running-service.ts';

const POLICY = `
version: 1
lists: { allowed: [US, AT], abusive_networks: [64500] }
rules:
  - { id: network, when: geo.asn in lists.abusive_networks, then: { lifetime: 10m } }
  - { id: elsewhere, when: '!(geo.country in lists.allowed)', then: { deny: Not allowed. } }
unknown: { address: { deny: No address. }, geo: { default: { lifetime: 5m }, private: ignore } }
`;

const COUNTRIES: [string, MmdbValue][] = [
  ['8.8.8.0/24', { country: { iso_code: 'US' } }],
  ['9.9.9.0/24', { country: { iso_code: 'EU' }, continent: { code: 'EU' } }],
  ['175.45.176.0/22', { country_code: 'KP' }],
];
const NETWORKS: [string, MmdbValue][] = [
  ['8.8.8.0/25', { autonomous_system_number: 64500 }],
  ['9.9.9.0/24', { autonomous_system_number: 64501 }],
  ['8.8.8.128/25', { asn: 'AS64501' }],
  ['175.45.176.0/22', { asn: 64501 }],
];
const NOW = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 24 * 3600 * 1000;

let folder: string;
let settings: { GEO_DATABASE: string };
let service: RunningService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'geo-'));
  const [countries, networks] = [join(folder, 'countries.mmdb'), join(folder, 'networks.mmdb')];
  const built = (days: number) => new Date(NOW - days * DAY_MS);
  writeFileSync(countries, mmdbFile(COUNTRIES, { type: 'Countries', built: built(40) }));
  writeFileSync(networks, mmdbFile(NETWORKS, { type: 'Networks', built: built(10) }));
  settings = { GEO_DATABASE: `${countries}, ${networks}` };
  service = await startTestService({ policy: POLICY, settings, now: () => NOW });
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true });
});

test.each<[string, string, string | number]>([
  ['allowed country, abusive network', '8.8.8.8', 600],
  ['allowed country, other network', '8.8.8.200', 3600],
  ['country that is not allowed', '175.45.177.9', 'Not allowed.'],
  ['country EU, which is not known', '9.9.9.9', 300],
  ['6to4 of the abusive network', '2002:808:808::1', 600],
])('%s (%s): %s', async (_, address, expected) => {
  const request = payloadFrom(address);
  const response = await service.post(request);
  const outcome = await outcomeOf(request, response);
  expect(outcome.kind === 'token' ? outcome.token.expiresIn : outcome).toEqual(
    typeof expected === 'number'
      ? expected
      : expect.objectContaining({ errorDescription: expected }),
  );
});

test('the log names an old file, and the age is that of the oldest', async () => {
  const { stop, lines } = await startTestService({ policy: POLICY, settings, now: () => NOW });
  await stop();
  const logged = lines.map((line) => JSON.parse(line));
  expect(logged.filter(({ event }) => event === 'geo-database-old')).toEqual([
    expect.objectContaining({ type: 'Countries', msg: expect.stringContaining('countries.mmdb') }),
  ]);
  expect(logged.some(({ event }) => event === 'geo-fields-missing')).toBe(false);
  expect(sumOf(lines, 'GeoDatabaseAge')).toBeCloseTo(40, 5);
});
