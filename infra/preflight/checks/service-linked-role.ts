import { GetRoleCommand } from '@aws-sdk/client-iam';
import { hasCode } from '../../../app/tools/aws/aws-error.ts';
import { ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check } from '../check.ts';

const ROLE = 'AWSServiceRoleForECS';

/**
 * The role with which ECS manages an account's tasks. ECS creates it with the first cluster, but does not wait until it can
 * be assumed, so that this cluster often fails (aws-cloudformation/cloudformation-coverage-roadmap#818).
 */
export const serviceLinkedRoleCheck: Check = {
  name: 'role of ECS',
  async run({ account }) {
    try {
      await account.clients.iam.send(new GetRoleCommand({ RoleName: ROLE }));
      return [ok(`${ROLE} exists.`)];
    } catch (cause) {
      if (!hasCode(cause, 'NoSuchEntity')) throw cause;
      return [
        warning(
          `The account has never used ECS, and the first cluster often fails because ${ROLE} is too new: run aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com, and wait a minute.`,
        ),
      ];
    }
  },
};
