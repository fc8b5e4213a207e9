import { pointsOf, sumOf } from '../../support/emf.ts';
import { payloadFrom } from '../../support/payloads.ts';
import { type RunningService, startTestService } from '../../support/running-service.ts';

interface Case {
  readonly name: string;
  /** Before, one address has been looked up with 999 of 1000 checks left. */
  readonly happens: (service: RunningService) => void;
  /** Sums and states by name; with a dimension as `name/value`. */
  readonly says: Readonly<Record<string, number | undefined>>;
}

const CASES: readonly Case[] = [
  {
    name: 'all is well',
    happens: () => undefined,
    says: {
      AbuseIpdbCircuitOpen: 0,
      'AbuseIpdbChecks/ok': 2,
      AbuseIpdbChecks: 2,
      CacheCircuitOpen: 0,
    },
  },
  {
    name: 'the quota is used up',
    happens: ({ simulator }) =>
      simulator.setFault({ kind: 'quota', headers: true, retryAfter: 600 }),
    says: {
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
    name: 'the key is refused',
    happens: ({ simulator }) => simulator.setFault({ kind: 'status', status: 401 }),
    says: { AbuseIpdbCircuitOpen: 1, 'AbuseIpdbCircuitOpen/auth': 1, 'AbuseIpdbChecks/auth': 1 },
  },
  {
    name: 'one check fails',
    happens: ({ simulator }) => simulator.setFault({ kind: 'status', status: 500 }),
    says: { AbuseIpdbCircuitOpen: 0, 'AbuseIpdbChecks/upstream': 1 },
  },
];

describe('What the metrics say when', () => {
  test.each(CASES)('$name', async ({ happens, says }) => {
    const service = await startTestService();
    await service.post(payloadFrom('9.9.9.9'));
    happens(service);
    await service.post(payloadFrom('9.9.9.10'));
    await service.stop();
    const { lines } = service;
    for (const [key, expected] of Object.entries(says)) {
      const [, name = '', dimension] = /^(\w+)\/?(.*)$/.exec(key) ?? [];
      const points = pointsOf(lines, name).filter(
        ({ dimensions: { Service, ...rest } }) => Object.values(rest).join() === dimension,
      );
      const sum = expected === undefined ? undefined : sumOf(lines, name, dimension || undefined);
      expect([key, points.length > 0 ? sum : undefined]).toEqual([key, expected]);
    }
  });
});

test('without a key AbuseIPDB counts as closed for it, with or without traffic', async () => {
  const service = await startTestService({ settings: { ABUSEIPDB_API_KEY: 'replace-me' } });
  await service.stop();
  expect(sumOf(service.lines, 'AbuseIpdbCircuitOpen', 'auth')).toBe(1);
});

test('the quota is said in the flush after an answer that told it, and not again', async () => {
  const service = await startTestService();
  await service.post(payloadFrom('9.9.9.9'));
  await service.stop();
  const [percent] = pointsOf(service.lines, 'AbuseIpdbQuotaRemainingPercent');
  expect(percent?.values[0]?.[0]).toBeCloseTo(99.9, 1);
});

test('the geo database has its age, and the policy a number that changes with its text', async () => {
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

test('metrics and records are written at every level of the log, under the name of the service', async () => {
  const settings = { LOG_LEVEL: 'fatal', SERVICE_NAME: 'gate-b' };
  const service = await startTestService({ settings });
  await service.post(payloadFrom('9.9.9.9'));
  await service.stop();
  expect(service.decisions()).toHaveLength(1);
  const points = pointsOf(service.lines, 'Decisions');
  expect(new Set(points.map(({ dimensions }) => dimensions.Service))).toEqual(new Set(['gate-b']));
});
