import { constantConditions, unneededRules } from '../support/sound-checks.ts';
import { runsOf } from './amount.ts';

test('removing a rule that is reported as shadowed or redundant changes no decision', async () => {
  const { shadowed, redundant } = await unneededRules(runsOf(0.05));
  expect(Math.min(shadowed, redundant)).toBeGreaterThan(0);
});

test('a condition that is reported as constant has that result for every request', async () => {
  const counts = await constantConditions(runsOf(0.05));
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
});
