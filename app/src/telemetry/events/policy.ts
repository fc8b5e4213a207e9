import type { Policy } from '../../policy/policy.ts';
import type { Logger } from '../log.ts';

/** Rules listed for each fail-open entry, so that the line stays below the 16 KiB at which log drivers split it. */
const MAX_RECORDED_RULES = 8;

/** Records the policy in force by its revision, and warns about each part of it that fails open. */
export function logPolicy(
  log: Logger,
  write: (record: object) => void,
  { revision, mode, rules, failOpen }: Policy,
): void {
  write({
    event: 'policy',
    policy_revision: revision,
    policy_mode: mode,
    rules: rules.length,
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
}
