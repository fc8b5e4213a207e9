import { error, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

/** States in which the first creation has not succeeded yet. */
const NOT_CREATED = new Set([
  'REVIEW_IN_PROGRESS',
  'CREATE_FAILED',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
]);

/** Protection is the second step: with it, a failed first creation could not be rolled back. */
export const protectionCheck: Check = {
  name: 'deletionProtection',
  async run(facts) {
    const { deletionProtection, stackName } = facts.config;
    const stack = await facts.stack();
    if (deletionProtection === true) {
      if (stack !== undefined && !NOT_CREATED.has(stack.status)) {
        return [ok(`${stackName} and its load balancer are protected.`)];
      }
      return [
        error(
          `deletionProtection is true before the first deployment, which could then not be rolled back if it fails: remove it, deploy, then set it and deploy again.`,
        ),
      ];
    }
    if (deletionProtection === undefined && stack?.terminationProtection) {
      return [
        warning(
          `${stackName} has termination protection, which cdk deploy switches off: set deletionProtection to true in cdk.json to keep it.`,
        ),
      ];
    }
    return [];
  },
};
