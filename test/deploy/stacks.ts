import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  type DescribeStackEventsCommandOutput,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  type Stack,
  type StackEvent,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ACCOUNT, type EmulatedAws, REGION } from './emulated-aws.ts';

/** A resource of a deployed stack, with the values of its properties. */
export interface DeployedResource {
  readonly Type: string;
  readonly PhysicalResourceId: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read properties of many types.
  readonly Properties: any;
}

/** An event, as an operator reads it: `LoadBalancer DELETE_FAILED because …`. */
export interface Event {
  readonly id: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string | undefined;
}

export interface StackOptions {
  /** @default RiskGate */
  readonly name?: string;
  /** @default us-east-1 */
  readonly region?: string;
}

export interface Stacks {
  /** Creates a stack by the API. @returns its status at the end. */
  create(template: object, options?: StackOptions): Promise<string>;
  /** Updates a stack by the API. @returns its status at the end. @throws CloudFormation's error. */
  update(template: object, options?: StackOptions): Promise<string>;
  /** Deletes a stack by the API. @returns its status at the end. @throws CloudFormation's error. */
  delete(options?: StackOptions): Promise<string>;
  status(options?: StackOptions): Promise<string>;
  /** Returns the resources by logical id. */
  resources(options?: StackOptions): Promise<Readonly<Record<string, DeployedResource>>>;
  /** Returns the events since the last operation started, the oldest first. */
  events(options?: StackOptions): Promise<readonly Event[]>;
}

/** Returns access to the stacks of an account, by the API instead of the CDK CLI. */
export function stacksOf(aws: EmulatedAws): Stacks {
  const ids = new Map<string, string>();
  const keyOf = ({ name = 'RiskGate', region = REGION }: StackOptions) => `${region}/${name}`;

  async function withClient<T>(
    { region = REGION }: StackOptions,
    use: (client: CloudFormationClient) => Promise<T>,
  ): Promise<T> {
    const client = new CloudFormationClient({ ...aws.access, region, maxAttempts: 1 });
    try {
      return await use(client);
    } finally {
      client.destroy();
    }
  }

  /** Returns a stack by its name, or the last one of this name if it has been deleted. */
  async function describe(options: StackOptions): Promise<Stack> {
    const named = (StackName = options.name ?? 'RiskGate') =>
      withClient(options, (client) => client.send(new DescribeStacksCommand({ StackName })));
    const id = ids.get(keyOf(options));
    const { Stacks: [stack] = [] } = await named().catch((error) => {
      if (id === undefined) throw error;
      return named(id);
    });
    ids.set(keyOf(options), stack?.StackId ?? '');
    return stack as Stack;
  }

  /** Waits for the end of an operation: the emulator responds when it has ended, or after 40 s. */
  async function finished(options: StackOptions): Promise<string> {
    for (;;) {
      const { StackStatus: status = '' } = await describe(options);
      if (!status.endsWith('IN_PROGRESS')) return status;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Stores a template in the bootstrap bucket, where CDK puts it, because it is longer than a request may be. */
  async function uploaded(template: object): Promise<string> {
    const client = new S3Client({ ...aws.access, forcePathStyle: true });
    const Bucket = `cdk-hnb659fds-assets-${ACCOUNT}-${REGION}`;
    const Key = 'template-of-a-test.json';
    await client.send(new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(template) }));
    client.destroy();
    return `${aws.environment.AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION}/${Bucket}/${Key}`;
  }

  return {
    async create(template, options = {}) {
      const { name: StackName = 'RiskGate' } = options;
      const TemplateURL = await uploaded(template);
      await withClient(options, (client) =>
        client.send(new CreateStackCommand({ StackName, TemplateURL })),
      );
      return finished(options);
    },
    async update(template, options = {}) {
      const { StackId: StackName } = await describe(options);
      const TemplateURL = await uploaded(template);
      await withClient(options, (client) =>
        client.send(new UpdateStackCommand({ StackName, TemplateURL })),
      );
      return finished(options);
    },
    async delete(options = {}) {
      const { StackId: StackName } = await describe(options);
      await withClient(options, (client) => client.send(new DeleteStackCommand({ StackName })));
      return finished(options);
    },
    status: async (options = {}) => (await describe(options)).StackStatus ?? '',
    async resources({ name = 'RiskGate', region = REGION } = {}) {
      const query = new URLSearchParams({ region, stack: name });
      return (await aws.control(`resources?${query}`)) as Record<string, DeployedResource>;
    },
    async events(options = {}) {
      const { StackId: StackName } = await describe(options);
      return withClient(options, async (client) => {
        const all: StackEvent[] = [];
        const pages = paginateDescribeStackEvents({ client }, { StackName });
        for await (const page of pages as AsyncIterable<DescribeStackEventsCommandOutput>) {
          all.push(...(page.StackEvents ?? []));
        }
        const start = all.findIndex((event) => event.ResourceStatusReason === 'User Initiated');
        return all
          .slice(0, start + 1)
          .reverse()
          .map((event) => ({
            id: event.LogicalResourceId ?? '',
            physicalId: event.PhysicalResourceId ?? '',
            type: event.ResourceType ?? '',
            status: event.ResourceStatus ?? '',
            reason: event.ResourceStatusReason,
          }));
      });
    },
  };
}

/** Returns the events of failures, of resources and of the stack. */
export function failures(events: readonly Event[]): readonly string[] {
  return events
    .filter(({ status }) => status.includes('FAILED') || status.includes('ROLLBACK'))
    .map(({ id, status, reason }) => `${id} ${status}: ${reason}`);
}
