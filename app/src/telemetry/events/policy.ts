import { otherWarnings } from '../../policy/other-warnings.ts';
import type { Policy } from '../../policy/policy.ts';
import { describeIneffectiveWait } from '../../policy/reputation-wait.ts';
import type { Logger } from '../log.ts';

/** Rules listed for each fail-open entry, so that the line stays below the 16 KiB at which log drivers split it. */
const MAX_RECORDED_RULES = 8;

/** Records the policy in force by its revision, and logs its warnings. */
export function logPolicy(log: Logger, write: (record: object) => void, policy: Policy): void {
  const { revision, mode, rules, reputationWait, failOpen, warnings } = policy;
  write({
    event: 'policy',
    policy_revision: revision,
    policy_mode: mode,
    rules: rules.length,
    reputation_wait_ms: reputationWait,
    warnings: warnings.length,
    fail_open: failOpen.map(({ entry, does, rules }) => ({
      entry,
      does,
      rules: rules.slice(0, MAX_RECORDED_RULES),
      rules_more: Math.max(0, rules.length - MAX_RECORDED_RULES) || undefined,
    })),
  });
  for (const { entry, warning } of failOpen) {
    log.warn({ event: 'policy-fails-open', policy_revision: revision, entry, msg: warning });
  }
  const { shown, more } = otherWarnings(policy);
  for (const { check, rule, text } of shown) {
    log.warn({ event: 'policy-warning', policy_revision: revision, check, rule, msg: text });
  }
  if (more !== undefined) {
    log.warn({ event: 'policy-warning', policy_revision: revision, msg: more });
  }
}

/** Warns about a policy that waits for the reputation until the deadline of a decision, or longer. */
export function warnAboutWait(log: Logger, policy: Policy, deadlineMs: number): void {
  const msg = describeIneffectiveWait(policy, deadlineMs);
  if (msg === undefined) return;
  log.warn({ event: 'policy-wait-without-effect', policy_revision: policy.revision, msg });
}
