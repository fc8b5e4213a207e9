import { error, type Finding, ok, warning } from '../../../app/tools/findings/finding.ts';
import type { Check, Facts } from '../check.ts';
import type { StackState } from '../stack-state.ts';

/** The state of the stack, if it exists: some states accept no deployment. */
export const stackCheck: Check = {
  name: 'stack',
  async run(facts) {
    const { account, config } = facts;
    const stack = await facts.stack();
    if (stack === undefined) {
      return [ok(`${config.stackName} does not exist in ${account.region} yet.`)];
    }
    const { Description = '' } = await facts.template();
    if (stack.description !== Description && stack.status !== 'REVIEW_IN_PROGRESS') {
      return [
        error(
          `The stack ${config.stackName} belongs to another application ("${stack.description}"): choose another stackName.`,
        ),
      ];
    }
    return [describeState(stack, facts)];
  },
};

const DEPLOYABLE = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);

/** Returns a finding for each status: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html */
function describeState(stack: StackState, facts: Facts): Finding {
  const { config, account } = facts;
  const name = config.stackName;
  const at = `--stack-name ${name} --region ${account.region}`;
  const { status } = stack;
  if (DEPLOYABLE.has(status)) return ok(`${name} exists and can be updated (${status}).`);
  switch (status) {
    case 'REVIEW_IN_PROGRESS':
      return ok(`${name} has only a change set that was never executed; cdk deploy replaces it.`);
    case 'ROLLBACK_COMPLETE':
      return stack.terminationProtection
        ? error(
            `The first creation of ${name} failed, and its termination protection stops cdk deploy from deleting what is left: run aws cloudformation update-termination-protection --no-enable-termination-protection ${at}, then deploy again.`,
          )
        : warning(
            `The first creation of ${name} failed and was rolled back; cdk deploy deletes the empty stack first: read the reason in its events before you try again.`,
          );
    case 'ROLLBACK_FAILED':
    case 'DELETE_FAILED':
      return error(describeUndeleted(stack, facts));
    case 'CREATE_FAILED':
      return error(
        `The first creation of ${name} failed and was not rolled back: run npx cdk rollback, then deploy again.`,
      );
    case 'UPDATE_FAILED':
    case 'UPDATE_ROLLBACK_FAILED':
      return error(
        `An update of ${name} failed and was not rolled back (${status}): run npx cdk rollback, or aws cloudformation continue-update-rollback ${at}, then deploy again.`,
      );
    case 'IMPORT_ROLLBACK_FAILED':
      return error(
        `An import into ${name} could not be rolled back: run aws cloudformation continue-update-rollback ${at}, then deploy again.`,
      );
    default:
      return status.endsWith('_IN_PROGRESS')
        ? error(
            `Another operation on ${name} is under way (${status}): wait until it ends, then run the command again.`,
          )
        : warning(`${name} has an unknown status, ${status}: look at it in the console.`);
  }
}

/** Names the resources that CloudFormation could not delete. */
function describeUndeleted(stack: StackState, { config, account }: Facts): string {
  const failed = [...stack.resources].filter(([, { status }]) => status === 'DELETE_FAILED');
  const ids = failed.map(([id]) => id);
  const balancer = failed.find(([, { type }]) => type.endsWith('V2::LoadBalancer'))?.[1];
  const left = ids.length > 0 ? ` because of ${ids.join(', ')}` : '';
  const at = `--region ${account.region}`;
  const steps = [
    ...(stack.terminationProtection
      ? [
          `aws cloudformation update-termination-protection --no-enable-termination-protection --stack-name ${config.stackName} ${at}`,
        ]
      : []),
    ...(balancer
      ? [
          `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ${balancer.physicalId} --attributes Key=deletion_protection.enabled,Value=false ${at}`,
        ]
      : []),
    `aws cloudformation delete-stack --stack-name ${config.stackName} ${at}`,
  ];
  return `${config.stackName} could not be deleted${left} (${stack.status}): run ${steps.join(', then ')}, and deploy again when it is gone.`;
}
