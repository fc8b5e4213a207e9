import { constantConditions, unneededRules } from '../../../support/sound-checks.ts';

const RUNS = 100;

test('removing a rule that is reported as shadowed or redundant changes no decision', async () => {
  const { shadowed, redundant } = await unneededRules({ numRuns: RUNS });
  expect(Math.min(shadowed, redundant)).toBeGreaterThan(RUNS / 50);
});

test('a condition that is reported as constant has that result for every request', async () => {
  const { never, always } = await constantConditions({ numRuns: RUNS });
  expect(Math.min(never, always)).toBeGreaterThan(RUNS / 50);
});
