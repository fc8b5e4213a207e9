import { simulate } from './simulate.ts';
import { ASSUMPTIONS, Stream, scoreOf } from './stream.ts';

const MIDNIGHT = Date.UTC(2026, 10, 23);

/** Returns the tokens of one day. */
function day(seed: string, tokensPerSecond = 0.05) {
  const stream = new Stream(tokensPerSecond, seed);
  const tokens: [time: number, address: number][] = [];
  stream.forEachToken(0, MIDNIGHT, (time, address) => void tokens.push([time, address]));
  return { stream, tokens };
}

test('a stream is determined by its seed', () => {
  expect(day('a').tokens).toEqual(day('a').tokens);
  expect(day('a').tokens).not.toEqual(day('b').tokens);
});

test('a stream is in order, quieter at night, and within its addresses', () => {
  const { stream, tokens } = day('a');
  const times = tokens.map(([time]) => time - MIDNIGHT);
  expect(times).toEqual(times.toSorted((one, other) => one - other));
  expect(Math.max(...times)).toBeLessThan(86_400_000);
  const within = (from: number, to: number) =>
    times.filter((time) => time >= from * 3_600_000 && time < to * 3_600_000).length;
  expect(within(9, 12)).toBeGreaterThan(5 * within(1, 4));
  expect(Math.abs(tokens.length - 0.05 * 86_400)).toBeLessThan(100);
  expect(Math.max(...tokens.map(([, address]) => address))).toBeLessThan(stream.addresses);
});

test('a stream has the assumed share of machines', () => {
  const { tokens } = day('a');
  const machines = tokens.filter(([, address]) => address < ASSUMPTIONS.machineAddresses).length;
  expect(machines / tokens.length).toBeCloseTo(ASSUMPTIONS.machines, 1);
});

test('the scores have the assumed distribution', () => {
  const scores = Array.from({ length: 20_000 }, (_, address) => scoreOf(address));
  const share = (score: number) => scores.filter((other) => other === score).length / scores.length;
  expect(share(50)).toBeCloseTo(ASSUMPTIONS.elevated, 2);
  expect(share(90)).toBeCloseTo(ASSUMPTIONS.high, 2);
});

test('every plan gets the same tokens and stays within its quota', () => {
  const simulated = simulate(0.1);
  expect(new Set(simulated.map(({ day }) => day.tokens)).size).toBe(1);
  for (const { day } of simulated) {
    expect(day.hits + day.lookups + day.stale + day.unknown).toBe(day.tokens);
  }
  expect(simulated.find(({ plan }) => plan === 'free')?.day.lookups).toBe(1000);
});
