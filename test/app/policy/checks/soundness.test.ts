import fc from 'fast-check';
import { checkPolicy } from '../../../../app/src/policy/compile.ts';
import type { LocatedIssue } from '../../../../app/src/policy/file/issues.ts';
import type { Policy } from '../../../../app/src/policy/policy.ts';
import { decideBy, type Scenario } from '../../../support/decide.ts';
import {
  type LintedPolicy,
  lintedPolicy,
  lintedScenario,
} from '../../../support/linted-policies.ts';

const check = (policy: LintedPolicy) =>
  checkPolicy(JSON.stringify(policy), 'policy.yaml', undefined, undefined, 0);

/** What happens to the token, now and if the policy were enforced. */
async function effectOf(policy: Policy, scenario: Scenario) {
  const { outcome, refusal, operations, dryRunOutcome } = await decideBy(policy, scenario);
  return { outcome, refusal, operations, dryRunOutcome };
}

/** Returns the rules that a check reports as a whole, rather than a part of their conditions. */
function reported(issues: readonly LocatedIssue[], kind: string): string[] {
  return issues.flatMap(({ check, rule, message }) =>
    check === kind && rule !== undefined && !message.includes('alternative') ? rule : [],
  );
}

const RUNS = 100;
const scenarios = fc.array(lintedScenario, { minLength: 12, maxLength: 12 });
const counts = { shadowed: 0, redundant: 0, never: 0, always: 0 };

test('removing a rule that is reported as shadowed or redundant changes no decision', async () => {
  await fc.assert(
    fc.asyncProperty(lintedPolicy, scenarios, async (policy, given) => {
      const { policy: compiled, issues } = check(policy);
      fc.pre(compiled !== undefined);
      const shadowed = reported(issues, 'shadowed-rule');
      const redundant = reported(issues, 'redundant-rule');
      counts.shadowed += shadowed.length;
      counts.redundant += redundant.length;
      for (const id of [...shadowed, ...redundant]) {
        const rules = policy.rules.filter((rule) => rule.id !== id);
        const { policy: without } = check({ ...policy, rules });
        if (without === undefined) continue;
        for (const scenario of given) {
          expect(await effectOf(without, scenario)).toEqual(
            await effectOf(compiled as Policy, scenario),
          );
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(counts.shadowed, counts.redundant)).toBeGreaterThan(RUNS / 50);
});

test('a condition that is reported as constant has that result for every request', async () => {
  await fc.assert(
    fc.asyncProperty(lintedPolicy, scenarios, async (policy, given) => {
      const { policy: compiled, issues } = check(policy);
      fc.pre(compiled !== undefined);
      const never = reported(issues, 'never-matches');
      const always = reported(issues, 'always-matches');
      counts.never += never.length;
      counts.always += always.length;
      for (const scenario of given) {
        for (const rule of (compiled as Policy).rules) {
          const alone = { ...(compiled as Policy), rules: [{ ...rule, mode: 'enforce' as const }] };
          const { matched, unknown, failed } = await decideBy(alone, scenario);
          const hasResult = unknown.length === 0 && failed.length === 0;
          if (never.includes(rule.id))
            expect([matched.includes(rule.id), failed]).toEqual([false, []]);
          if (always.includes(rule.id) && hasResult) expect(matched).toContain(rule.id);
        }
      }
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(counts.never, counts.always)).toBeGreaterThan(RUNS / 50);
});
