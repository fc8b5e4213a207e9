import { emfLines } from '../../../../app/src/telemetry/metrics/emf.ts';
import { Metrics } from '../../../../app/src/telemetry/metrics/metrics.ts';
import { percentileOf, pointsOf } from '../../../support/emf.ts';

/** Yields reproducible pseudo-random numbers from 0 to 1. */
function* randomNumbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

type Shape = (random: number) => number;

/** Durations of decisions in milliseconds, from a random number. */
const SHAPES: Readonly<Record<string, Shape>> = {
  'all from memory': (random) => 0.05 + 0.02 * random,
  'one percent wait for AbuseIPDB': (random) =>
    random < 0.99 ? 0.06 : 250 + 5000 * (random - 0.99),
  'one in a thousand reaches the deadline': (random) => (random < 0.9989 ? 0.1 + random : 1200),
  'spread over five orders of magnitude': (random) => 0.01 * 10 ** (5 * random),
  'all the same': () => 7,
};

const TASKS = 3;
const DECISIONS = 20_000;

describe.each(Object.entries(SHAPES))('With durations that are %s', (_, shape) => {
  const random = randomNumbers(7);
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

  test.each([0.5, 0.9, 0.99, 0.999, 1])(
    'the percentile %d over all tasks is within 3 %%',
    (share) => {
      const exact = times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
      expect(percentileOf(points, share) / exact).toBeGreaterThan(0.97);
      expect(percentileOf(points, share) / exact).toBeLessThan(1.03);
    },
  );

  test('every value is counted', () => {
    const counted = points
      .flatMap(({ values }) => values)
      .reduce((sum, [, count]) => sum + count, 0);
    expect(counted).toBe(times.length);
  });
});

test('Values out of range are counted in the first or last bucket', () => {
  const metrics = new Metrics();
  for (const time of [0, 1e-9, 1e9]) metrics.record('DecisionLatency', time);
  const lines = emfLines(metrics.drain(), { service: 's', timestamp: Date.UTC(2026, 0, 7) });
  const points = pointsOf(
    lines.map((line) => JSON.stringify(line)),
    'DecisionLatency',
  );
  expect(points.flatMap(({ values }) => values).reduce((sum, [, count]) => sum + count, 0)).toBe(3);
});
