import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ToolError } from '../errors.ts';
import { describeAwsFailure } from './describe-aws-failure.ts';
import { resolveRegion } from './region.ts';

/** Where a deployment is. */
export interface StackOptions {
  /** The name of the stack. */
  readonly stack: string;
  /** @default as for `cdk deploy`: from the environment, then the profile */
  readonly region?: string | undefined;
  /** A profile of `~/.aws/config`. @default the one of the environment */
  readonly profile?: string | undefined;
}

/** A deployed stack. */
export interface DeployedStack {
  readonly name: string;
  readonly region: string;
  readonly profile: string | undefined;
  /** The stack's outputs by name. */
  readonly outputs: ReadonlyMap<string, string>;
}

/** Limits of one request. */
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;

/** Returns the options of the AWS clients that tools create. */
export function clientOptions(region: string, profile: string | undefined) {
  return {
    region,
    ...(profile !== undefined && { profile }),
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * Reads the outputs of a deployed stack.
 *
 * @throws ToolError if there is no such stack, or it cannot be read.
 */
export async function readStack(
  { stack: name, region: chosen, profile }: StackOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<DeployedStack> {
  const region = chosen ?? (await resolveRegion(environment, profile)).region;
  const client = new CloudFormationClient(clientOptions(region, profile));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return {
      name,
      region,
      profile,
      outputs: new Map(
        outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
      ),
    };
  } catch (cause) {
    if (cause instanceof Error && /does not exist/.test(cause.message)) {
      throw new ToolError(
        `There is no stack ${name} in ${region}: name it with --stack, and its region with --region.`,
      );
    }
    throw new ToolError(describeAwsFailure(cause, `The stack ${name} in ${region} cannot be read`));
  } finally {
    client.destroy();
  }
}

/** Returns an output of a stack. @throws ToolError if the stack does not have it. */
export function outputOf({ name, outputs }: DeployedStack, output: string): string {
  const value = outputs.get(output);
  if (value) return value;
  throw new ToolError(
    `The stack ${name} has no output ${output}: name the stack of Risk Gate with --stack, or deploy it again.`,
  );
}

/** Returns a comma-separated output of a stack, empty if the stack does not have it. */
export function listOutput({ outputs }: DeployedStack, output: string): readonly string[] {
  return outputs.get(output)?.split(',').filter(Boolean) ?? [];
}
