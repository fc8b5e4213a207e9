import type { CompiledRule } from './compile-rule.ts';
import type { Issues } from './file/issues.ts';
import type { Policy } from './policy.ts';

/** Reports a wait for the reputation that has no effect, because nothing in the policy reads the reputation. */
export function checkReputationWait(
  wait: number | undefined,
  signals: Policy['signals'],
  rules: readonly CompiledRule[],
  issues: Issues,
): void {
  // A rule that does not compile may have been meant to read it.
  const areAllCompiled = rules.every(({ rule }) => rule !== undefined);
  if (wait === undefined || signals.has('reputation') || !areAllCompiled) return;
  issues.add(
    'has no effect, because no rule reads the reputation; remove it, or add a condition such as abuse.score >= 75',
  );
}

/**
 * Returns a warning for the operator if the deadline of a decision ends before the policy's wait for the reputation;
 * `undefined` if it does not.
 *
 * @param deadlineMs of a whole decision, so that the wait must be shorter.
 */
export function describeIneffectiveWait(
  { reputationWait }: Pick<Policy, 'reputationWait'>,
  deadlineMs: number,
): string | undefined {
  if (reputationWait === undefined || reputationWait < deadlineMs) return undefined;
  return `The policy waits ${reputationWait} ms for the reputation, but a decision has a deadline of ${deadlineMs} ms, so the wait has no effect and the cause is timeout instead of pending: shorten wait.reputation in the policy, or raise DECISION_DEADLINE_MS (in the stack, decisionDeadlineMs).`;
}
