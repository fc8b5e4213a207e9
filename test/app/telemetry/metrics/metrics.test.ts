import { FEED_ERROR_REASONS } from '../../../../app/src/feeds/model/feed-error.ts';
import { METRICS, type MetricDescription } from '../../../../app/src/telemetry/metric-names.ts';
import { emfLines } from '../../../../app/src/telemetry/metrics/emf.ts';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import { dataPointsOf, pointsOf, sumOf } from '../../../support/emf.ts';

const CONTEXT = { service: 'gate-a', timestamp: Date.UTC(2026, 0, 7, 10) };

function flush(metrics: Metrics): string[] {
  return emfLines(metrics.drain(), CONTEXT).map((line) => JSON.stringify(line));
}

test('A counter is published once, by dimension and in total', () => {
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

const ALL_EMITTERS = ['service', 'service with feeds', 'service with blocks', 'refresher'] as const;

test.each(ALL_EMITTERS)(
  'Counters and totals of the %s are published at 0, which differs from no data',
  (own) => {
    const points = flush(new Metrics([own])).flatMap(dataPointsOf);
    const expected = Object.entries<MetricDescription>(METRICS).filter(([, metric]) => {
      const { kind, dimension, total, emitter = 'service' } = metric;
      return emitter === own && kind === 'counter' && (dimension === undefined || total);
    });
    expect(expected).not.toEqual([]);
    const totals = points.filter(({ dimensions }) => Object.keys(dimensions).length === 1);
    expect(totals.map(({ name }) => name).sort()).toEqual(expected.map(([name]) => name).sort());
    for (const { values } of points) expect(values).toEqual([[0, 1]]);
  },
);

test('A counter of another emitter is not published', () => {
  const metrics = new Metrics();
  metrics.count('FeedRefreshes');
  expect(pointsOf(flush(metrics), 'FeedRefreshes')).toEqual([]);
});

test('Every reason of the refresher is published at 0, because alarms add them up', () => {
  const points = pointsOf(flush(new Metrics(['refresher'])), 'FeedErrors');
  const reasons = points.flatMap(({ dimensions }) => dimensions.Reason ?? []);
  expect(reasons).toEqual([...FEED_ERROR_REASONS]);
});

test('Every outcome is published at 0, so that its share is 0 and not unknown', () => {
  const outcomes = pointsOf(flush(new Metrics()), 'Decisions').flatMap(
    ({ dimensions }) => dimensions.Outcome ?? [],
  );
  expect(outcomes.sort()).toEqual(['issue', 'refuse', 'restrict']);
});

test('A gauge that throws does not affect other metrics', () => {
  const metrics = new Metrics();
  metrics.count('InternalErrors');
  metrics.observe(() => {
    throw new Error('It cannot be read.');
  });
  metrics.observe(() => [['GeoDatabaseAge', 3]]);
  const lines = flush(metrics);
  expect(sumOf(lines, 'InternalErrors')).toBe(1);
  expect(sumOf(lines, 'GeoDatabaseAge')).toBe(3);
});

test('Every line has the namespace, the service and at most one more dimension', () => {
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

test('Gauges are read at each flush, and have no data point while undefined', () => {
  const metrics = new Metrics();
  let remaining: number | undefined = 12;
  metrics.observe(() => [
    ['AbuseIpdbQuotaRemaining', remaining],
    ['AbuseIpdbCircuitOpen', 1, 'quota'],
  ]);
  const first = flush(metrics);
  expect(sumOf(first, 'AbuseIpdbQuotaRemaining')).toBe(12);
  expect(sumOf(first, 'AbuseIpdbCircuitOpen', 'quota')).toBe(1);
  remaining = undefined;
  expect(pointsOf(flush(metrics), 'AbuseIpdbQuotaRemaining')).toEqual([]);
});

test('The metrics of 300 rules are split into lines that CloudWatch accepts', () => {
  const metrics = new Metrics();
  for (let rule = 0; rule < 300; rule += 1) metrics.count('Refusals', `rule-${rule}`, rule + 1);
  const lines = flush(metrics);
  for (let rule = 0; rule < 300; rule += 1) {
    expect(sumOf(lines, 'Refusals', `rule-${rule}`)).toBe(rule + 1);
  }
});

test('No line reaches 16 KiB, at which log drivers split it', () => {
  const metrics = new Metrics();
  for (let time = 0; time < 400; time += 1) metrics.record('DecisionLatency', 0.001 * 1.05 ** time);
  for (const line of flush(metrics)) expect(Buffer.byteLength(line)).toBeLessThan(16 * 1024);
});
