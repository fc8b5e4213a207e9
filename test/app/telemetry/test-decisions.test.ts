import { TEST_KINDS } from '../../../app/src/http/test-request.ts';
import { METRICS } from '../../../app/src/telemetry/metric-names.ts';
import { dataPointsOf, metricLines, sumOf } from '../../support/emf.ts';
import { payload, payloadFrom } from '../../support/payloads.ts';
import { type RunningService, SECRET, startTestService } from '../../support/running-service.ts';

/** Every kind of decision, so that every metric of decisions counts something. */
const POLICY = `
version: 1
mode: monitor
rules:
  - id: broken
    when: token.claims["client_id"] > 3
    then: { claims: { set: { broken: true } } }
  - id: monitored
    when: geo.country == "ID"
    then: { lifetime: 1m }
  - id: refused
    mode: enforce
    when: abuse.score >= 75
    then: { deny: Blocked. }
  - id: cut
    mode: enforce
    when: abuse.score >= 25
    unenforceable: ignore
    then: { lifetime: 10m, claims: { set: { risk: "\${abuse.score}" } } }
unknown: { address: ignore, geo: ignore, reputation: ignore }
`;

const BODIES = [
  payloadFrom('103.159.198.178', '03'),
  payloadFrom('14.102.69.58', '03'),
  JSON.stringify({ ...JSON.parse(payloadFrom('14.102.69.58', '03')), allowedOperations: [] }),
  payloadFrom('1.1.1.1', '03'),
  payload('16'),
];

/** Sends the same requests with the headers of each call, and stops the service. */
async function serve(headers: Readonly<Record<string, string>>): Promise<RunningService> {
  let now = Date.UTC(2026, 0, 7, 10);
  const service = await startTestService({ policy: POLICY, now: () => now });
  service.simulator.setRecord('14.102.69.58', { abuseConfidenceScore: 48 });
  service.simulator.setRecord('103.159.198.178', { abuseConfidenceScore: 100 });
  service.simulator.setFault({ kind: 'status', status: 503 }, '1.1.1.1');
  const post = (body: string) => service.post(body, { 'x-api-key': SECRET, ...headers });
  for (const body of BODIES) await post(body);
  // From here on, reputations are stale.
  now += 8 * 3_600_000;
  service.simulator.setFault({ kind: 'status', status: 503 });
  for (const body of BODIES) await post(body);
  await post('{}');
  await service.stop();
  return service;
}

/** Returns the counters and histograms that recorded anything. */
function recordedBy({ lines }: RunningService): Set<string> {
  const points = metricLines(lines).flatMap(dataPointsOf);
  const positive = points.filter(({ values }) => values.some(([value]) => value > 0));
  const { ...descriptions }: Record<string, { readonly kind: string }> = METRICS;
  return new Set(
    positive.map(({ name }) => name).filter((name) => descriptions[name]?.kind !== 'gauge'),
  );
}

const DECISION_METRICS = [
  'Decisions',
  'TokensIssued',
  'DryRunDecisions',
  'MonitoredRules',
  'Refusals',
  'Reputations',
  'StaleReputations',
  'UnknownSignals',
  'RequestsWithoutAddress',
  'UnavailableReputations',
  'UnenforceableRestrictions',
  'SkippedOperations',
  'FailedConditions',
  'DecisionLatency',
  'StageLatency',
];
/** Lookups and rejected requests, which tests cause like logins. */
const OTHER_METRICS = ['AbuseIpdbChecks', 'AbuseIpdbLatency', 'InvalidRequests'];

describe('The metrics of the same requests are', () => {
  test('for logins, all metrics of decisions', async () => {
    const recorded = recordedBy(await serve({}));
    expect([...recorded].sort()).toEqual([...DECISION_METRICS, ...OTHER_METRICS].sort());
  });

  test.each(TEST_KINDS)('for tests (%s), only their number; errors still count', async (kind) => {
    const service = await serve({ 'x-risk-gate-test': kind });
    expect([...recordedBy(service)].sort()).toEqual(['TestDecisions', ...OTHER_METRICS].sort());
    expect(sumOf(service.lines, 'TestDecisions')).toBe(2 * BODIES.length);
    expect(sumOf(service.lines, 'InvalidRequests')).toBe(1);
  });
});
