import { jest } from '@jest/globals';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import { startPublisher } from '../../../../app/src/telemetry/metrics/publisher.ts';
import { pointsOf, sumOf } from '../../../support/emf.ts';

const START = Date.UTC(2026, 0, 7);

beforeEach(() => {
  jest.useFakeTimers({ now: START });
});

afterEach(() => {
  jest.useRealTimers();
});

function publish(write: (line: string) => void) {
  const metrics = new Metrics();
  const options = {
    metrics,
    write: (line: object) => write(JSON.stringify(line)),
    service: 'gate',
    interval: 30_000,
    now: Date.now,
  };
  return { metrics, publisher: startPublisher(options) };
}

test('Metrics are written once per interval, with the time of the flush', () => {
  const lines: string[] = [];
  const { metrics, publisher } = publish((line) => lines.push(line));
  metrics.count('InternalErrors');
  expect(lines).toEqual([]);
  jest.advanceTimersByTime(90_000);
  expect(pointsOf(lines, 'InternalErrors').map(({ values }) => values[0]?.[0])).toEqual([1, 0, 0]);
  const times = lines.map((line): number => JSON.parse(line)._aws.Timestamp);
  expect([...new Set(times)]).toEqual([30_000, 60_000, 90_000].map((time) => START + time));
  publisher.stop();
});

test('Stopping writes pending metrics, and nothing afterwards', () => {
  const lines: string[] = [];
  const { metrics, publisher } = publish((line) => lines.push(line));
  metrics.count('InternalErrors', undefined, 2);
  publisher.stop();
  expect(sumOf(lines, 'InternalErrors')).toBe(2);
  const written = lines.length;
  jest.advanceTimersByTime(90_000);
  expect(lines).toHaveLength(written);
});

test('Publishing continues after a write has failed', () => {
  const lines: string[] = [];
  let broken = true;
  const { metrics, publisher } = publish((line) => {
    if (broken) throw new Error('No space left.');
    lines.push(line);
  });
  jest.advanceTimersByTime(30_000);
  broken = false;
  metrics.count('InternalErrors');
  jest.advanceTimersByTime(30_000);
  expect(sumOf(lines, 'InternalErrors')).toBe(1);
  publisher.stop();
});
