import { METRIC_NAMESPACE } from '../../../app/src/telemetry/metric-names.ts';
import { evaluateAlarm } from '../../support/cloudwatch/evaluate.ts';
import { type MetricSource, metricKey, type Sample } from '../../support/cloudwatch/samples.ts';
import { readAlarms } from '../../support/cloudwatch/template.ts';
import { dataPointsOf, metricLines } from '../../support/emf.ts';
import { TODAY } from '../../support/operations/situation.ts';
import { payloadFrom } from '../../support/payloads.ts';
import { SECRET, startTestService } from '../../support/running-service.ts';
import { synthesize } from '../../support/stack.ts';

const POLICY = `
version: 1
rules:
  - id: refused
    when: geo.country == "KP"
    then: { deny: Blocked. }
  - id: score
    when: abuse.score >= 75
    then: { deny: Blocked. }
unknown: { address: ignore, geo: ignore, reputation: ignore }
`;

/** Requests of one minute. AbuseIPDB is down. */
interface Requests {
  readonly count: number;
  readonly address: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const CANARY = { 'x-risk-gate-test': 'canary' };
const REFUSED = '175.45.176.1';
const ISSUED = '9.9.9.9';

/** Returns metrics that are the same in every minute: those of a service that has these requests. */
async function metricsOf(requests: readonly Requests[]): Promise<MetricSource> {
  const service = await startTestService({
    policy: POLICY,
    settings: { SERVICE_NAME: 'RiskGate' },
  });
  service.simulator.setFault({ kind: 'status', status: 503 });
  for (const { count, address, headers } of requests) {
    const post = () => service.post(payloadFrom(address), { 'x-api-key': SECRET, ...headers });
    await Promise.all(Array.from({ length: count }, post));
  }
  await service.stop();
  const samples = new Map<string, Sample[]>();
  for (const { name, dimensions, values } of metricLines(service.lines).flatMap(dataPointsOf)) {
    const key = metricKey(METRIC_NAMESPACE, name, dimensions);
    const all = values.map(([value, count]) => ({ value, count }));
    samples.set(key, [...(samples.get(key) ?? []), ...all]);
  }
  return { samples: (metric) => samples.get(metric) ?? [] };
}

/** The alarms on the number of decisions and on what they decide. */
const ALARMS = [
  'NoTraffic',
  'NoDecisions',
  'TooManyRefusals',
  'UnusualRefusals',
  'UnknownReputations',
  'UnusuallyFewDecisions',
  'UnusuallyFewTokens',
];

const HOURS = 4;

describe('The alarms on decisions after four hours with', () => {
  test.each<[string, readonly Requests[], readonly string[]]>([
    [
      'a canary whose tokens are refused, and no login',
      [{ count: 30, address: REFUSED, headers: CANARY }],
      ['NoTraffic', 'NoDecisions'],
    ],
    [
      'a canary whose tokens are issued without a reputation, and no login',
      [{ count: 30, address: ISSUED, headers: CANARY }],
      ['NoTraffic', 'NoDecisions'],
    ],
    ['the refused tokens as logins', [{ count: 30, address: REFUSED }], ['TooManyRefusals']],
    [
      'the tokens without a reputation as logins',
      [{ count: 30, address: ISSUED }],
      ['UnknownReputations'],
    ],
    [
      'refused tokens among more of a canary, which would hide the block rate',
      [
        { count: 8, address: REFUSED },
        { count: 24, address: ISSUED, headers: CANARY },
      ],
      ['TooManyRefusals'],
    ],
  ])('%s', async (_, requests, expected) => {
    const source = await metricsOf(requests);
    const span = { from: TODAY, to: TODAY + HOURS * 60 };
    const alarms = readAlarms(synthesize()).filter(({ id }) => ALARMS.includes(id));
    expect(alarms.map(({ id }) => id).sort()).toEqual([...ALARMS].sort());
    const firing = alarms.filter((each) => evaluateAlarm(each, source, span).at(-1) === 'ALARM');
    expect(firing.map(({ id }) => id).sort()).toEqual([...expected].sort());
  });
});
