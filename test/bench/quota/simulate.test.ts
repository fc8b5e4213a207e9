import { PLANS, type Plan } from './plans.ts';
import type { Scenario } from './scenarios.ts';
import { simulate } from './simulate.ts';

const LOAD = { tokensPerSecond: 0.02, days: 3, reportedDays: 2 };

const small: Plan = { ...PLANS.free, checks: 100 };

const scenarios: Scenario[] = [
  { plan: small, variant: 'first come', attack: false },
  { plan: small, variant: 'first come', attack: true },
  { plan: PLANS.unlimited, variant: 'first come', attack: true },
];

const result = simulate({ load: LOAD, scenarios, oracle: true });
const [calm, attacked, unlimited] = result.accounts.map(({ figures }) => figures);

test('every account decides the same tokens of users', () => {
  const ofUsers = [calm, attacked, unlimited].map((figures) => [
    figures?.tokens,
    figures?.toRefuse,
  ]);
  expect(new Set(ofUsers.map(String)).size).toBe(1);
  // 1,728 tokens a day, and 20 tries of each hostile address.
  expect(calm?.tokens).toBeGreaterThan(2 * 1_728);
  expect(calm?.tokens).toBeLessThan(2 * 1_728 + 200);
});

test('an account stays within its quota, and figures are of the reported days', () => {
  expect([calm?.checks, attacked?.checks]).toEqual([200, 200]);
  expect(calm?.badTries).toBe(288 + 144);
});

test('only the accounts with an attack see the attacker', () => {
  expect(calm?.attackersChecks).toBe(0);
  expect(attacked?.attackersChecks).toBeGreaterThan(190);
  expect(unlimited?.attackersChecks).toBe(48_000);
  expect(attacked?.needlessRestrictions).toBeGreaterThan(calm?.needlessRestrictions ?? 0);
});

test('an oracle does better with the same quota', () => {
  const [oracle] = result.oracles;
  expect(oracle?.needlessRestrictions).toBeLessThan(calm?.needlessRestrictions ?? 0);
  expect(oracle?.missedRefusals).toBeLessThanOrEqual(calm?.missedRefusals ?? 0);
});
