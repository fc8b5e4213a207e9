import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import { pointsOf, sumOf } from '../../support/emf.ts';
import { payload, payloadFrom } from '../../support/payloads.ts';
import { SECRET, startTestService } from '../../support/running-service.ts';

const POLICY = `
version: 1
rules:
  - id: monitored
    mode: monitor
    when: geo.country == "US"
    then: { deny: Monitored. }
  - id: broken
    when: token.claims["client_id"] > 3
    then: { claims: { set: { broken: true } } }
  - id: network
    when: network.asn == 1 || anonymizer.tor
    then: { deny: Blocked network. }
  - id: refused
    when: abuse.score >= 75
    then: { deny: "Blocked from \${geo.country}." }
  - id: cut
    when: abuse.score >= 25
    then: { lifetime: 10m, scopes: { remove: ["*"] }, claims: { set: { risk: "\${abuse.score}" } } }
  - id: no-refresh
    when: abuse.score >= 20
    unenforceable: ignore
    then: { refresh_token: { lifetime: 1m } }
unknown:
  address: { deny: No address. }
  geo: ignore
  network: ignore
  anonymizer: ignore
  reputation: { default: { lifetime: 5m }, private: ignore, reserved: ignore }
`;

/** Addresses with AbuseIPDB's score, or with the status of a response without one. */
const ADDRESSES: readonly (readonly [
  address: string,
  score: number | { readonly status: 422 | 503 },
])[] = [
  ['9.9.9.9', 12],
  ['14.102.69.58', 48],
  ['103.159.198.178', 100],
  ['1.1.1.1', { status: 503 }],
  ['8.8.4.4', { status: 422 }],
];

/** Returns a request that a client has made too large. */
function oversizedPayload(oversized: {
  readonly scopes?: readonly string[];
  readonly params?: string;
}): string {
  const body = JSON.parse(payloadFrom('9.9.9.9'));
  const { scopes = [], params = '' } = oversized;
  Object.assign(body.event.request, {
    scopes,
    additionalParams: [{ name: 'param', value: [params] }],
  });
  return JSON.stringify(body);
}

type Fields = Record<string, unknown>;
interface DecisionRecord extends Fields {
  readonly outcome: string;
  readonly dry_run_outcome?: string;
  readonly refused_by?: string;
  readonly monitored: readonly { readonly outcome: string }[];
  readonly unknown: readonly { readonly signal: string; readonly cause: string }[];
  readonly failed: readonly string[];
  readonly unenforceable: readonly object[];
  readonly skipped: readonly object[];
  readonly signals: {
    readonly address?: { readonly cause?: string };
    readonly reputation?: { readonly source?: string; readonly stale?: boolean };
  };
  readonly ms: Readonly<Record<string, number>>;
}

/** Counts each string. */
function tally(strings: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of strings) counts[each] = (counts[each] ?? 0) + 1;
  return counts;
}

/** Computes the expected counters from the records. */
function countsOf(records: readonly DecisionRecord[]): Record<string, Record<string, number>> {
  const reputations = records.flatMap(({ signals }) => signals.reputation ?? []);
  const unknowns = records.flatMap(({ unknown }) => unknown);
  return {
    Decisions: tally(records.map(({ outcome }) => outcome)),
    DryRunDecisions: tally(records.flatMap(({ dry_run_outcome }) => dry_run_outcome ?? [])),
    MonitoredRules: tally(
      records.flatMap(({ monitored }) => monitored.map(({ outcome }) => outcome)),
    ),
    Refusals: tally(records.flatMap(({ refused_by }) => refused_by ?? [])),
    Reputations: tally(reputations.flatMap(({ source }) => source ?? [])),
    UnknownSignals: tally(unknowns.map(({ signal, cause }) => `${signal}/${cause}`)),
  };
}

function totalsOf(records: readonly DecisionRecord[]): Record<string, number> {
  const sum = (of: (record: DecisionRecord) => number) =>
    records.reduce((before, record) => before + of(record), 0);
  return {
    Decisions: records.length,
    TokensIssued: sum(({ outcome }) => Number(outcome !== 'refuse')),
    RequestsWithoutAddress: sum(({ signals }) => Number(signals.address?.cause !== undefined)),
    StaleReputations: sum(({ signals }) => Number(signals.reputation?.stale ?? false)),
    UnavailableReputations: sum(
      ({ unknown }) =>
        unknown.filter(
          ({ signal, cause }) =>
            signal === 'reputation' && !['private', 'reserved', 'budget'].includes(cause),
        ).length,
    ),
    UnenforceableRestrictions: sum(({ unenforceable }) => unenforceable.length),
    SkippedOperations: sum(({ skipped }) => skipped.length),
    FailedConditions: sum(({ failed }) => failed.length),
  };
}

describe.each([
  ['a policy in enforce mode', 'mode: enforce'],
  ['a policy in monitor mode', 'mode: monitor'],
])('A mixed run with %s', (_, mode) => {
  let lines: readonly string[];
  let records: DecisionRecord[];

  beforeAll(async () => {
    let now = Date.UTC(2026, 0, 7, 10);
    const policy = POLICY.replace('version: 1', `version: 1\n${mode}`);
    const service = await startTestService({ policy, now: () => now });
    const { simulator } = service;
    for (const [address, result] of ADDRESSES) {
      if (typeof result === 'number')
        simulator.setRecord(address, { abuseConfidenceScore: result });
      else simulator.setFault({ kind: 'status', status: result.status }, address);
    }
    const nothingAllowed = {
      ...JSON.parse(payloadFrom('14.102.69.58', '03')),
      allowedOperations: [],
    };
    const bodies = [
      ...ADDRESSES.flatMap(([address]) =>
        ['01', '03', '04'].map((name) => payloadFrom(address, name)),
      ),
      ...['16', '19', '20', '14'].map((name) => payload(name)),
      JSON.stringify(nothingAllowed),
    ];
    // The second time from memory. The third time, while AbuseIPDB is down, from stale records.
    for (const body of [...bodies, ...bodies]) await service.post(body);
    now += 8 * 3_600_000;
    simulator.setFault({ kind: 'status', status: 503 });
    await Promise.all(bodies.map((body) => service.post(body)));
    await service.post('{}');
    // A client controls its scopes and any parameter.
    await service.post(
      oversizedPayload({ scopes: Array.from({ length: 20_001 }, (_, n) => `s${n}`) }),
    );
    await service.post(oversizedPayload({ params: 'x'.repeat(1024 * 1024) }));
    await service.post(bodies[0] ?? '', { 'x-api-key': `${SECRET}?` });
    await service.post(bodies[0] ?? '', {});
    await service.stop();
    lines = service.lines;
    records = service.decisions() as unknown as DecisionRecord[];
  });

  test('covers every kind of counter', () => {
    const counts = countsOf(records);
    expect(Object.keys(counts.Decisions ?? {}).length).toBeGreaterThanOrEqual(
      mode.endsWith('r') ? 1 : 3,
    );
    expect(Object.keys(counts.UnknownSignals ?? {}).length).toBeGreaterThanOrEqual(4);
    for (const [name, total] of Object.entries(totalsOf(records))) {
      expect([name, total > 0]).toEqual([name, true]);
    }
  });

  test('counts by dimension exactly what the records contain', () => {
    for (const [name, counts] of Object.entries(countsOf(records))) {
      const points = pointsOf(lines, name).filter(
        ({ dimensions }) => Object.keys(dimensions).length > 1,
      );
      const measured: Record<string, number> = {};
      for (const { dimensions, values } of points) {
        const { Service, ...rest } = dimensions;
        expect(Service).toBe('risk-gate');
        const key = Object.values(rest).join();
        const sum = values.reduce((before, [value]) => before + value, measured[key] ?? 0);
        if (sum > 0) measured[key] = sum;
      }
      expect([name, measured]).toEqual([name, counts]);
    }
  });

  test('has the totals of the records', () => {
    for (const [name, total] of Object.entries(totalsOf(records))) {
      expect([name, sumOf(lines, name)]).toEqual([name, total]);
    }
  });

  test('has every duration of the records in its histogram', () => {
    const timed = (stage: string) => records.filter(({ ms }) => ms[stage] !== undefined).length;
    const measured = (name: string, stage?: string) =>
      pointsOf(lines, name)
        .filter(({ dimensions }) => dimensions.Stage === stage)
        .flatMap(({ values }) => values)
        .reduce((sum, [, count]) => sum + count, 0);
    expect(measured('DecisionLatency')).toBe(records.length);
    for (const stage of DIMENSION_VALUES.Stage) {
      expect(timed(stage)).toBeGreaterThan(0);
      expect([stage, measured('StageLatency', stage)]).toEqual([stage, timed(stage)]);
    }
  });

  test('counts rejected requests, which are not decisions', () => {
    expect(sumOf(lines, 'AuthenticationFailures')).toBe(2);
    expect(sumOf(lines, 'InvalidRequests')).toBe(1);
    expect(sumOf(lines, 'OversizedRequests')).toBe(2);
    expect(sumOf(lines, 'InternalErrors')).toBe(0);
  });
});
