import fc from 'fast-check';
import { checkPolicy } from '../../app/src/policy/compile.ts';
import type { LocatedIssue } from '../../app/src/policy/file/issues.ts';
import type { Policy } from '../../app/src/policy/policy.ts';
import { decideBy, type Scenario } from './decide.ts';
import { type LintedPolicy, lintedPolicy, lintedScenario } from './linted-policies.ts';

/*
 * What is certain if a check reports a rule. Each property counts the reported rules, for a test that it tests something.
 */

const check = (policy: LintedPolicy) =>
  checkPolicy(JSON.stringify(policy), 'policy.yaml', undefined, undefined, 0);

/** What happens to the token, now and if the policy were enforced. */
async function effectOf(policy: Policy, scenario: Scenario) {
  const { outcome, refusal, operations, dryRunOutcome } = await decideBy(policy, scenario);
  return { outcome, refusal, operations, dryRunOutcome };
}

/** Returns the issues of rules that a check reports as a whole, rather than a part of their conditions. */
function reported(
  issues: readonly LocatedIssue[],
  kind: string,
): (LocatedIssue & { rule: string })[] {
  return issues.flatMap(({ rule, ...issue }) =>
    issue.check === kind && rule !== undefined && !issue.message.includes('alternative')
      ? { ...issue, rule }
      : [],
  );
}

const scenarios = fc.array(lintedScenario, { minLength: 12, maxLength: 12 });

/** Removing a rule that is reported as shadowed or redundant changes no decision. */
export async function unneededRules(options: fc.Parameters<unknown>) {
  const counts = { shadowed: 0, redundant: 0 };
  const property = fc.asyncProperty(lintedPolicy, scenarios, async (policy, given) => {
    const { policy: compiled, issues } = check(policy);
    fc.pre(compiled !== undefined);
    const shadowed = reported(issues, 'shadowed-rule');
    const redundant = reported(issues, 'redundant-rule');
    counts.shadowed += shadowed.length;
    counts.redundant += redundant.length;
    for (const { rule: id, message } of [...shadowed, ...redundant]) {
      const rules = policy.rules.filter((rule) => rule.id !== id);
      const { policy: without } = check({ ...policy, rules });
      if (without === undefined) continue;
      const mayCheck = message.includes('may need a CHECK');
      for (const scenario of given) {
        // A CHECK that no other rule needs may fail, or contradict the list.
        if (mayCheck && scenario.provenScore !== undefined) continue;
        expect(await effectOf(without, scenario)).toEqual(
          await effectOf(compiled as Policy, scenario),
        );
      }
    }
  });
  await fc.assert(property, options as fc.Parameters<[LintedPolicy, Scenario[]]>);
  return counts;
}

/** A condition that is reported as constant has that result for every request. */
export async function constantConditions(options: fc.Parameters<unknown>) {
  const counts = { never: 0, always: 0 };
  const property = fc.asyncProperty(lintedPolicy, scenarios, async (policy, given) => {
    const { policy: compiled, issues } = check(policy);
    fc.pre(compiled !== undefined);
    const never = reported(issues, 'never-matches').map(({ rule }) => rule);
    const always = reported(issues, 'always-matches').map(({ rule }) => rule);
    counts.never += never.length;
    counts.always += always.length;
    for (const scenario of given) {
      for (const rule of (compiled as Policy).rules) {
        const alone = { ...(compiled as Policy), rules: [{ ...rule, mode: 'enforce' as const }] };
        const { matched, unknown, failed } = await decideBy(alone, scenario);
        const hasResult = unknown.length === 0 && failed.length === 0;
        if (never.includes(rule.id)) {
          expect([matched.includes(rule.id), failed]).toEqual([false, []]);
        }
        if (always.includes(rule.id) && hasResult) expect(matched).toContain(rule.id);
      }
    }
  });
  await fc.assert(property, options as fc.Parameters<[LintedPolicy, Scenario[]]>);
  return counts;
}
