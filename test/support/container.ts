import type { Resource, SynthesizedStack } from './stack.ts';

/** The container of the task definition. */
export interface Container {
  readonly Name: string;
  readonly Image: unknown;
  readonly Environment: readonly { readonly Name: string; readonly Value: unknown }[];
  readonly Secrets?: readonly { readonly Name: string; readonly ValueFrom: unknown }[];
  readonly HealthCheck: { readonly Command: readonly string[]; readonly Timeout: number };
  readonly PortMappings: readonly { readonly ContainerPort: number }[];
  readonly StopTimeout: number;
  readonly LogConfiguration: { readonly Options: Readonly<Record<string, unknown>> };
}

/** Returns the only container of the tasks. @throws Error if there are several. */
export function containerOf(stack: SynthesizedStack): Container {
  const { ContainerDefinitions } = stack.only<{
    readonly ContainerDefinitions: readonly Container[];
  }>('AWS::ECS::TaskDefinition').Properties;
  const [container] = ContainerDefinitions;
  if (container === undefined || ContainerDefinitions.length > 1) {
    throw new Error(`Expected one container, got ${ContainerDefinitions.length}.`);
  }
  return container;
}

/** Returns the value of an environment variable in the template. */
export function variableOf(stack: SynthesizedStack, name: string): unknown {
  return containerOf(stack).Environment.find(({ Name }) => Name === name)?.Value;
}

/** Returns the bucket with the files of the tasks. @throws Error if there is none. */
export function dataBucketOf(stack: SynthesizedStack): Resource<Readonly<Record<string, unknown>>> {
  const buckets = stack.resources('AWS::S3::Bucket');
  const bucket = buckets.find(({ id }) => id.startsWith('ServiceTaskDataBucket'));
  if (bucket === undefined) throw new Error('There is no bucket for the files of the tasks.');
  return bucket;
}
