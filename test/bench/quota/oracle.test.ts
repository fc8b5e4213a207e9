import { addressesOf } from './addresses-of.ts';
import { Oracle } from './oracle.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 23);
const ONE_DAY = { start: START, days: 1, reportedDays: 1 };

/** Returns the figures for tokens at some hours from the addresses with some numbers. */
function solve(
  { scores, bits }: { scores: readonly number[]; bits?: readonly number[] },
  quotas: { checks: number; blocks: number },
  tokens: readonly (readonly [hours: number, address: number])[],
  period = ONE_DAY,
) {
  const addresses = addressesOf(
    scores.map((score, at) => ({ scores: [[0, score]], ...(bits && { bits: bits[at] ?? 0 }) })),
  );
  const oracle = new Oracle(addresses, quotas);
  for (const [hours, address] of tokens) {
    oracle.add({ time: START + hours * HOUR, address, client: 0, user: 0, sender: 'users' });
  }
  return oracle.solve(period);
}

test('checks the address with the most tokens, for all of them', () => {
  const tokens = [
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 0],
    [5, 1],
  ] as const;
  const figures = solve({ scores: [0, 0] }, { checks: 1, blocks: 0 }, tokens);
  expect(figures).toEqual({ missedRefusals: 0, needlessRestrictions: 2 });
});

test('prefers a refusal to needless restrictions', () => {
  const tokens = [
    [1, 0],
    [2, 0],
    [3, 1],
  ] as const;
  const figures = solve({ scores: [0, 75] }, { checks: 1, blocks: 0 }, tokens);
  expect(figures).toEqual({ missedRefusals: 0, needlessRestrictions: 2 });
});

test('spends nothing on addresses that are restricted without a lookup', () => {
  const tokens = [
    [1, 0],
    [2, 0],
    [3, 1],
  ] as const;
  const figures = solve({ scores: [50, 0] }, { checks: 1, blocks: 0 }, tokens);
  expect(figures).toEqual({ missedRefusals: 0, needlessRestrictions: 0 });
});

test('a check serves the next day, until it is 24 hours old', () => {
  const tokens = [
    [20, 0],
    [43, 0],
    [45, 1],
    [46, 0],
  ] as const;
  const period = { start: START, days: 2, reportedDays: 1 };
  const figures = solve({ scores: [0, 0] }, { checks: 1, blocks: 0 }, tokens, period);
  // On the second day, one of the tokens at 45:00 and 46:00 is served.
  expect(figures).toEqual({ missedRefusals: 0, needlessRestrictions: 1 });
});

test.each([
  ['two addresses of one /24', [0x0500_0001, 0x0500_0002], 0],
  ['no single address of a /24', [0x0500_0001, 0x0500_0101], 2],
])('checks a block for %s', (_, bits, needlessRestrictions) => {
  const figures = solve({ scores: [0, 0], bits }, { checks: 0, blocks: 1 }, [
    [1, 0],
    [2, 1],
  ]);
  expect(figures).toEqual({ missedRefusals: 0, needlessRestrictions });
});

test('what a list contains needs no check', () => {
  const addresses = addressesOf([100, 90]);
  const list = { share: 1, completeFrom: undefined, publishedEvery: 24, downloadedEvery: 6 };
  const oracle = new Oracle(addresses, { checks: 0, blocks: 0 }, list);
  for (const address of [0, 1]) {
    oracle.add({ time: START + 12 * HOUR, address, client: 0, user: 0, sender: 'users' });
  }
  expect(oracle.solve(ONE_DAY)).toEqual({ missedRefusals: 1, needlessRestrictions: 0 });
});
