import { checkPolicy } from '../../app/src/policy/compile.ts';
import type { LocatedIssue } from '../../app/src/policy/file/issues.ts';

/** 1 July 2026. */
const NOW = Date.UTC(2026, 6, 1);

/** Follows from the entries of `unknown` that `policyText` adds for all signals. */
const OF_ANY_POLICY: ReadonlySet<string | undefined> = new Set(['fails-open', 'unused-unknown']);

/** Returns the warnings of a kind, or all that are about the rules; throws if the policy has errors. */
export function warningsIn(text: string, kind?: string): readonly LocatedIssue[] {
  const { policy, issues } = checkPolicy(text, 'policy.yaml', undefined, undefined, NOW);
  if (policy === undefined) throw new Error(issues.map((issue) => issue.text).join('\n'));
  return issues.filter(({ check }) =>
    kind === undefined ? !OF_ANY_POLICY.has(check) : check === kind,
  );
}

/** Returns the kinds and rules of the warnings about rules: `shadowed-rule two`. */
export function warnedRules(text: string): readonly string[] {
  return warningsIn(text).flatMap(({ check, rule }) =>
    rule === undefined ? [] : `${check} ${rule}`,
  );
}
