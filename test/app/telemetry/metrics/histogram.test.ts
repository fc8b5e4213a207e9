import { emfLines } from '../../../../app/src/telemetry/metrics/emf.ts';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import { percentileOf, pointsOf } from '../../../support/emf.ts';

/** The same numbers each time, from 0 to 1. */
function* draws(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

type Shape = (draw: number) => number;

/** Milliseconds that decisions take, by the draw from 0 to 1. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'all from memory': (draw) => 0.05 + 0.02 * draw,
  'a hundredth waits for AbuseIPDB': (draw) => (draw < 0.99 ? 0.06 : 250 + 5000 * (draw - 0.99)),
  'one in a thousand runs into the deadline': (draw) => (draw < 0.9989 ? 0.1 + draw : 1200),
  'spread over five orders of magnitude': (draw) => 0.01 * 10 ** (5 * draw),
  'all the same': () => 7,
};

const TASKS = 3;
const DECISIONS = 20_000;

describe.each(Object.entries(SHAPES))('Times: %s', (_, shape) => {
  const random = draws(7);
  const times: number[] = [];
  const lines: string[] = [];
  for (let task = 0; task < TASKS; task += 1) {
    const metrics = new Metrics();
    for (let flush = 0; flush < 2; flush += 1) {
      for (let decision = 0; decision < DECISIONS; decision += 1) {
        const time = shape(random.next().value);
        times.push(time);
        metrics.record('DecisionLatency', time);
      }
      const context = { service: 'risk-gate', timestamp: Date.UTC(2026, 0, 7) };
      lines.push(...emfLines(metrics.drain(), context).map((line) => JSON.stringify(line)));
    }
  }
  times.sort((one, other) => one - other);
  const points = pointsOf(lines, 'DecisionLatency');

  test.each([0.5, 0.9, 0.99, 0.999, 1])('percentile %d over all tasks is within 3 %%', (share) => {
    const truth = times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
    expect(percentileOf(points, share) / truth).toBeGreaterThan(0.97);
    expect(percentileOf(points, share) / truth).toBeLessThan(1.03);
  });

  test('no value is lost', () => {
    const counted = points
      .flatMap(({ values }) => values)
      .reduce((sum, [, count]) => sum + count, 0);
    expect(counted).toBe(times.length);
  });
});

test('values out of all proportion are kept in the outermost buckets', () => {
  const metrics = new Metrics();
  for (const time of [0, 1e-9, 1e9]) metrics.record('DecisionLatency', time);
  const lines = emfLines(metrics.drain(), { service: 's', timestamp: Date.UTC(2026, 0, 7) });
  const points = pointsOf(
    lines.map((line) => JSON.stringify(line)),
    'DecisionLatency',
  );
  expect(points.flatMap(({ values }) => values).reduce((sum, [, count]) => sum + count, 0)).toBe(3);
});
