import { pointsOf, sumOf } from '../../support/emf.ts';
import { payloadFrom } from '../../support/payloads.ts';
import { type RunningService, startTestService } from '../../support/running-service.ts';

interface Case {
  readonly name: string;
  /** Runs after one address was looked up, with 999 of 1000 checks left. */
  readonly arrange: (service: RunningService) => void;
  /** Expected values by name, or by `name/dimension`. */
  readonly metrics: Readonly<Record<string, number | undefined>>;
}

const CASES: readonly Case[] = [
  {
    name: 'nothing fails',
    arrange: () => undefined,
    metrics: {
      AbuseIpdbCircuitOpen: 0,
      'AbuseIpdbChecks/ok': 2,
      AbuseIpdbChecks: 2,
      CacheCircuitOpen: 0,
    },
  },
  {
    name: 'the quota is exhausted',
    arrange: ({ simulator }) =>
      simulator.setFault({ kind: 'quota', headers: true, retryAfter: 600 }),
    metrics: {
      AbuseIpdbCircuitOpen: 1,
      'AbuseIpdbCircuitOpen/quota': 1,
      'AbuseIpdbCircuitOpen/auth': undefined,
      'AbuseIpdbChecks/quota': 1,
      AbuseIpdbQuotaRemaining: 0,
      AbuseIpdbQuotaRemainingPercent: 0,
      'UnknownSignals/reputation/quota': 1,
      UnavailableReputations: 1,
    },
  },
  {
    name: 'the key is rejected',
    arrange: ({ simulator }) => simulator.setFault({ kind: 'status', status: 401 }),
    metrics: { AbuseIpdbCircuitOpen: 1, 'AbuseIpdbCircuitOpen/auth': 1, 'AbuseIpdbChecks/auth': 1 },
  },
  {
    name: 'one check fails',
    arrange: ({ simulator }) => simulator.setFault({ kind: 'status', status: 500 }),
    metrics: { AbuseIpdbCircuitOpen: 0, 'AbuseIpdbChecks/upstream': 1 },
  },
];

describe('The metrics are correct if', () => {
  test.each(CASES)('$name', async ({ arrange, metrics }) => {
    const service = await startTestService();
    await service.post(payloadFrom('9.9.9.9'));
    arrange(service);
    await service.post(payloadFrom('9.9.9.10'));
    await service.stop();
    const { lines } = service;
    for (const [key, expected] of Object.entries(metrics)) {
      const [, name = '', dimension] = /^(\w+)\/?(.*)$/.exec(key) ?? [];
      const points = pointsOf(lines, name).filter(
        ({ dimensions: { Service, ...rest } }) => Object.values(rest).join() === dimension,
      );
      const sum = expected === undefined ? undefined : sumOf(lines, name, dimension || undefined);
      expect([key, points.length > 0 ? sum : undefined]).toEqual([key, expected]);
    }
  });
});

test('Without a key the AbuseIPDB circuit counts as open, even without traffic', async () => {
  const service = await startTestService({ settings: { ABUSEIPDB_API_KEY: 'replace-me' } });
  await service.stop();
  expect(sumOf(service.lines, 'AbuseIpdbCircuitOpen', 'auth')).toBe(1);
});

test('The remaining quota is published in the flush after a response that states it', async () => {
  const service = await startTestService();
  await service.post(payloadFrom('9.9.9.9'));
  await service.stop();
  const [percent] = pointsOf(service.lines, 'AbuseIpdbQuotaRemainingPercent');
  expect(percent?.values[0]?.[0]).toBeCloseTo(99.9, 1);
});

test('The age of the geo database and the revision of the policy are published', async () => {
  const revisions: number[] = [];
  for (const reason of ['One.', 'Two.']) {
    const policy = `version: 1\nrules:\n  - { id: a, when: 'geo.country == "KP"', then: { deny: ${reason} } }\nunknown: { address: ignore, geo: ignore }`;
    const now = () => Date.UTC(2026, 6, 7);
    const service = await startTestService({ policy, now });
    await service.stop();
    revisions.push(sumOf(service.lines, 'PolicyRevision'));
    const age = sumOf(service.lines, 'GeoDatabaseAge');
    // The bundled one was built in June 2026.
    expect(age).toBeGreaterThan(6);
    expect(age).toBeLessThan(40);
  }
  const [one, two] = revisions;
  expect(one).not.toBe(two);
});

test('Metrics and records are written at every log level, with the name of the service', async () => {
  const settings = { LOG_LEVEL: 'fatal', SERVICE_NAME: 'gate-b' };
  const service = await startTestService({ settings });
  await service.post(payloadFrom('9.9.9.9'));
  await service.stop();
  expect(service.decisions()).toHaveLength(1);
  const points = pointsOf(service.lines, 'Decisions');
  expect(new Set(points.map(({ dimensions }) => dimensions.Service))).toEqual(new Set(['gate-b']));
});
