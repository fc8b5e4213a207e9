import { simulate } from './simulate.ts';
import { ASSUMED, Stream, scoreOf } from './stream.ts';

const MIDNIGHT = Date.UTC(2026, 10, 23);

/** The tokens of one day. */
function day(seed: string, tokensPerSecond = 0.05) {
  const stream = new Stream(tokensPerSecond, seed);
  const tokens: [time: number, address: number][] = [];
  stream.day(0, MIDNIGHT, (time, address) => void tokens.push([time, address]));
  return { stream, tokens };
}

test('A stream is the same for the same seed, and another one for another', () => {
  expect(day('a').tokens).toEqual(day('a').tokens);
  expect(day('a').tokens).not.toEqual(day('b').tokens);
});

test('A stream runs through its day in order, quieter at night, within its addresses', () => {
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

test('A stream has the share of machines that is assumed', () => {
  const { tokens } = day('a');
  const machines = tokens.filter(([, address]) => address < ASSUMED.machineAddresses).length;
  expect(machines / tokens.length).toBeCloseTo(ASSUMED.machines, 1);
});

test('Addresses score as rarely bad as is assumed', () => {
  const scores = Array.from({ length: 20_000 }, (_, address) => scoreOf(address));
  const share = (score: number) => scores.filter((other) => other === score).length / scores.length;
  expect(share(50)).toBeCloseTo(ASSUMED.elevated, 2);
  expect(share(90)).toBeCloseTo(ASSUMED.high, 2);
});

test('Every plan sees the same tokens, and never more lookups than its quota', () => {
  const simulated = simulate(0.1);
  expect(new Set(simulated.map(({ day }) => day.tokens)).size).toBe(1);
  for (const { day } of simulated) {
    expect(day.hits + day.lookups + day.stale + day.unknown).toBe(day.tokens);
  }
  expect(simulated.find(({ plan }) => plan === 'free')?.day.lookups).toBe(1000);
});
