import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
} from '@aws-sdk/client-cloudformation';
import { codeOf } from '../../app/tools/aws/aws-error.ts';

export interface StackResource {
  readonly type: string;
  readonly physicalId: string;
  readonly status: string;
}

/** The stack as it is in the account. */
export interface StackState {
  readonly status: string;
  readonly description: string;
  readonly terminationProtection: boolean;
  /** By logical id, without resources that are deleted. */
  readonly resources: ReadonlyMap<string, StackResource>;
}

/** Reads the state of a stack; `undefined` if it does not exist. */
export async function readStack(
  client: CloudFormationClient,
  name: string,
): Promise<StackState | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const [stack] = Stacks;
    if (stack === undefined) return undefined;
    const resources = new Map<string, StackResource>();
    for await (const page of paginateListStackResources({ client }, { StackName: name })) {
      for (const each of page.StackResourceSummaries ?? []) {
        const { LogicalResourceId = '', ResourceType = '', PhysicalResourceId = '' } = each;
        if (each.ResourceStatus === 'DELETE_COMPLETE') continue;
        resources.set(LogicalResourceId, {
          type: ResourceType,
          physicalId: PhysicalResourceId,
          status: each.ResourceStatus ?? '',
        });
      }
    }
    return {
      status: stack.StackStatus ?? '',
      description: stack.Description ?? '',
      terminationProtection: stack.EnableTerminationProtection ?? false,
      resources,
    };
  } catch (cause) {
    if (codeOf(cause) === 'ValidationError' && /does not exist/.test((cause as Error).message)) {
      return undefined;
    }
    throw cause;
  }
}
