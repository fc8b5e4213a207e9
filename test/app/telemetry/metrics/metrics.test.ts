import { METRICS } from '../../../../app/src/telemetry/metric-names.ts';
import { emfLines } from '../../../../app/src/telemetry/metrics/emf.ts';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import { dataPointsOf, pointsOf, sumOf } from '../../../support/emf.ts';

const CONTEXT = { service: 'gate-a', timestamp: Date.UTC(2026, 0, 7, 10) };

function flush(metrics: Metrics): string[] {
  return emfLines(metrics.drain(), CONTEXT).map((line) => JSON.stringify(line));
}

test('what was counted is written once, with its dimension and in total', () => {
  const metrics = new Metrics();
  metrics.count('Decisions', 'issue');
  metrics.count('Decisions', 'issue');
  metrics.count('Decisions', 'refuse');
  const lines = flush(metrics);
  expect(sumOf(lines, 'Decisions')).toBe(3);
  expect(sumOf(lines, 'Decisions', 'issue')).toBe(2);
  expect(sumOf(lines, 'Decisions', 'refuse')).toBe(1);
  expect(sumOf(flush(metrics), 'Decisions')).toBe(0);
});

test('with nothing counted, sums and totals say 0, so that silence is not taken for rest', () => {
  const said = flush(new Metrics()).flatMap(dataPointsOf);
  const expected = Object.entries(METRICS).filter(([, metric]) => {
    const { kind, dimension, total } = metric as { kind: string; dimension?: string; total?: true };
    return kind === 'counter' && (dimension === undefined || total);
  });
  const whole = said.filter(({ dimensions }) => Object.keys(dimensions).length === 1);
  expect(whole.map(({ name }) => name).sort()).toEqual(expected.map(([name]) => name).sort());
  for (const { values } of said) expect(values).toEqual([[0, 1]]);
});

test('with nothing counted, each outcome says 0, so that a share of it is 0 and not unknown', () => {
  const outcomes = pointsOf(flush(new Metrics()), 'Decisions').flatMap(
    ({ dimensions }) => dimensions.Outcome ?? [],
  );
  expect(outcomes.sort()).toEqual(['issue', 'refuse', 'restrict']);
});

test('a state that cannot be told costs nothing else', () => {
  const metrics = new Metrics();
  metrics.count('InternalErrors');
  metrics.observe(() => {
    throw new Error('It cannot be told.');
  });
  metrics.observe(() => [['GeoDatabaseAge', 3]]);
  const lines = flush(metrics);
  expect(sumOf(lines, 'InternalErrors')).toBe(1);
  expect(sumOf(lines, 'GeoDatabaseAge')).toBe(3);
});

test('every line names the service and the namespace, and nothing but one dimension beside', () => {
  const metrics = new Metrics();
  metrics.count('Refusals', 'unknown.reputation');
  metrics.record('StageLatency', 3, 'geo');
  for (const line of flush(metrics)) {
    const [directive] = JSON.parse(line)._aws.CloudWatchMetrics;
    expect(directive.Namespace).toBe('RiskGate');
    expect(JSON.parse(line)._aws.Timestamp).toBe(CONTEXT.timestamp);
    for (const { dimensions } of dataPointsOf(line)) {
      expect(dimensions.Service).toBe('gate-a');
      expect(Object.keys(dimensions).length).toBeLessThanOrEqual(2);
    }
  }
});

test('states are asked for at each flush, and one that is not known has no data point', () => {
  const metrics = new Metrics();
  let left: number | undefined = 12;
  metrics.observe(() => [
    ['AbuseIpdbQuotaRemaining', left],
    ['AbuseIpdbCircuitOpen', 1, 'quota'],
  ]);
  const first = flush(metrics);
  expect(sumOf(first, 'AbuseIpdbQuotaRemaining')).toBe(12);
  expect(sumOf(first, 'AbuseIpdbCircuitOpen', 'quota')).toBe(1);
  left = undefined;
  expect(pointsOf(flush(metrics), 'AbuseIpdbQuotaRemaining')).toEqual([]);
});

test('a policy of 300 rules is split over lines that CloudWatch takes', () => {
  const metrics = new Metrics();
  for (let rule = 0; rule < 300; rule += 1) metrics.count('Refusals', `rule-${rule}`, rule + 1);
  const lines = flush(metrics);
  for (let rule = 0; rule < 300; rule += 1) {
    expect(sumOf(lines, 'Refusals', `rule-${rule}`)).toBe(rule + 1);
  }
});

test('no line is longer than what a log driver takes in one piece', () => {
  const metrics = new Metrics();
  for (let time = 0; time < 400; time += 1) metrics.record('DecisionLatency', 0.001 * 1.05 ** time);
  for (const line of flush(metrics)) expect(Buffer.byteLength(line)).toBeLessThan(16 * 1024);
});
