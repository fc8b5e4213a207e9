import { sumOf } from '../support/emf.ts';
import { payloadFrom } from '../support/payloads.ts';
import { type RunningService, startTestService } from '../support/running-service.ts';

const POLICY = `
version: 1
rules:
  - id: high
    when: abuse.score >= 75
    then: { deny: 'Blocked: \${abuse.score}.' }
  - id: elevated
    when: abuse.score >= 25
    then: { lifetime: 10m }
unknown: { address: { deny: No address. }, reputation: { lifetime: 1m } }
`;
const ON = { ABUSEIPDB_CHECK_BLOCK: 'true' };

let service: RunningService;
afterEach(() => service.stop());

const start = async (settings: Record<string, string>, policy = POLICY) => {
  service = await startTestService({ policy, settings });
  for (const [host, score] of Object.entries({ 10: 0, 20: 96, 30: 40, 40: 0 })) {
    service.simulator.setRecord(`5.6.7.${host}`, { abuseConfidenceScore: score });
  }
};

/** Requests a token from each of the addresses that have a score, and returns the records. */
async function decide() {
  for (const host of [10, 20, 30, 40]) await service.post(payloadFrom(`5.6.7.${host}`));
  return service.decisions() as {
    outcome: string;
    matched?: string[];
    signals: { reputation: { score: number; source: string; stale: boolean } };
  }[];
}

const events = (name: string) =>
  service.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === name);

/** Stops the service, which writes the metrics of its last interval. */
async function metric(name: string, result?: string): Promise<number> {
  const { lines } = service;
  await service.stop();
  service = { ...service, stop: async () => {} };
  return sumOf(
    lines.filter((line) => line.includes('"_aws"')),
    name,
    result,
  );
}

const OUTCOMES = ['issue', 'refuse', 'restrict', 'issue'];

test('a CHECK and a CHECK-BLOCK decide on four addresses of a /24', async () => {
  await start(ON);
  const decisions = await decide();
  expect(decisions.map(({ outcome }) => outcome)).toEqual(OUTCOMES);
  expect(decisions.map(({ signals }) => signals.reputation)).toMatchObject([
    { score: 0, source: 'abuseipdb' },
    { score: 96, source: 'check-block', stale: false, age_seconds: 0 },
    { score: 40, source: 'check-block' },
    { score: 0, source: 'check-block' },
  ]);
  expect(service.simulator.checks).toHaveLength(1);
  expect(service.simulator.blockChecks).toMatchObject([{ network: '5.6.7.0/24' }]);
  expect(await metric('AbuseIpdbBlockChecks')).toBe(1);
});

test.each<[string, Record<string, string>, string, number]>([
  ['by default', {}, POLICY, 0],
  ['when it is off', { ABUSEIPDB_CHECK_BLOCK: 'false' }, POLICY, 0],
  [
    'when a condition reads another field',
    ON,
    POLICY.replace('abuse.score >= 25', 'abuse.score >= 25 || abuse.tor'),
    1,
  ],
  ['when a text reads another field', ON, POLICY.replace('{abuse.score}', '{abuse.isp}'), 1],
])('%s, each address takes a CHECK', async (_, settings, policy, warnings) => {
  await start(settings, policy);
  expect((await decide()).map(({ outcome }) => outcome).slice(0, 2)).toEqual(['issue', 'refuse']);
  expect(service.simulator.checks).toHaveLength(4);
  expect(service.simulator.blockChecks).toEqual([]);
  expect(events('check-block-unused')).toHaveLength(warnings);
});

test.each([402, 422] as const)(
  'a plan without CHECK-BLOCK (%i) is one line in the log, and each address takes a CHECK',
  async (status) => {
    await start(ON);
    service.simulator.setCheckBlockFault({ kind: 'status', status });
    expect((await decide()).map(({ outcome }) => outcome)).toEqual(OUTCOMES);
    expect(service.simulator.checks).toHaveLength(4);
    expect(service.simulator.blockChecks).toHaveLength(1);
    expect(events('abuseipdb-block-checks-stopped')).toMatchObject([
      { level: 'warn', status, until: expect.stringMatching(/Z$/), msg: expect.any(String) },
    ]);
    expect(events('abuseipdb-block-check-failed')).toEqual([]);
    const result = status === 402 ? 'auth' : 'invalid';
    expect(await metric('AbuseIpdbBlockChecks', result)).toBe(1);
  },
);

test('a failed CHECK-BLOCK is logged with its cause, and the circuit of CHECK stays closed', async () => {
  await start(ON);
  service.simulator.setCheckBlockFault({ kind: 'status', status: 503 });
  expect((await decide()).map(({ outcome }) => outcome)).toEqual(OUTCOMES);
  expect(events('abuseipdb-block-check-failed')).toMatchObject([
    { level: 'warn', cause: 'upstream', status: 503 },
  ]);
  expect(events('abuseipdb-check-failed')).toEqual([]);
  expect(events('abuseipdb-circuit-open')).toEqual([]);
});
