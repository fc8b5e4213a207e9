import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contextArguments } from './cdk.ts';
import type { EmulatedAws } from './emulated-aws.ts';

const STACK = { StackName: 'RiskGate' };

/** A deployed stack, as read back from AWS. */
export interface Deployment {
  /** As written by the CLI. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly stack: unknown;
  /** As sent to CloudFormation. */
  readonly template: Template;
  /** By logical id. */
  readonly physicalIds: Readonly<Record<string, string>>;
  /** Returns the name or ARN of the only resource of a type, among those whose logical id starts with `prefix`. */
  physicalId(type: string, prefix?: string): string;
  readonly service: unknown;
  readonly taskDefinition: TaskDefinition;
  readonly loadBalancer: { readonly DNSName: string };
  readonly loadBalancerAttributes: Readonly<Record<string, string>>;
  readonly listeners: readonly unknown[];
  readonly targetGroup: unknown;
  readonly targetGroupAttributes: Readonly<Record<string, string>>;
}

export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string }>>;
}

export interface TaskDefinition {
  readonly containerDefinitions: readonly [ContainerDefinition];
}

export interface ContainerDefinition {
  readonly name: string;
  readonly image: string;
  /** Replaces the command of the image. */
  readonly command?: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly logConfiguration: { readonly options: Readonly<Record<string, string>> };
}

/** Deploys the stack with `cdk deploy` and reads it back. */
export async function deploy(
  aws: EmulatedAws,
  context: Readonly<Record<string, string>>,
): Promise<Deployment> {
  const outputsFile = join(aws.folder, 'outputs.json');
  await aws.cdk(
    'deploy',
    '--require-approval=never',
    `--output=${join(aws.folder, 'cdk.out')}`,
    `--outputs-file=${outputsFile}`,
    ...contextArguments(context),
  );
  const { RiskGate: outputs } = JSON.parse(readFileSync(outputsFile, 'utf8'));
  return { outputs, ...(await readBack(aws)) };
}

async function readBack(aws: EmulatedAws): Promise<Omit<Deployment, 'outputs'>> {
  const [{ Stacks }, { StackResources }, { TemplateBody: template }] = (await aws.call([
    ['cloudformation', 'describe_stacks', STACK],
    ['cloudformation', 'describe_stack_resources', STACK],
    ['cloudformation', 'get_template', STACK],
  ])) as [AwsList<'Stacks'>, AwsList<'StackResources', StackResource>, { TemplateBody: Template }];
  const physicalId = (type: string, prefix = '') => {
    const found = StackResources.filter(
      ({ ResourceType, LogicalResourceId }) =>
        ResourceType === type && LogicalResourceId.startsWith(prefix),
    );
    return only(found).PhysicalResourceId;
  };
  const resources = StackResources.map((id) => [id.LogicalResourceId, id.PhysicalResourceId]);
  return {
    stack: only(Stacks),
    template,
    physicalIds: Object.fromEntries(resources),
    physicalId,
    ...(await readResources(aws, physicalId)),
  };
}

async function readResources(aws: EmulatedAws, physicalId: Deployment['physicalId']) {
  const balancing = 'AWS::ElasticLoadBalancingV2';
  const LoadBalancerArn = physicalId(`${balancing}::LoadBalancer`);
  const TargetGroupArn = physicalId(`${balancing}::TargetGroup`);
  const cluster = physicalId('AWS::ECS::Cluster');
  const services = [physicalId('AWS::ECS::Service')];
  // The refresher has another one.
  const taskDefinition = physicalId('AWS::ECS::TaskDefinition', 'Service');
  const answers = await aws.call([
    ['ecs', 'describe_services', { cluster, services }],
    ['ecs', 'describe_task_definition', { taskDefinition }],
    ['elbv2', 'describe_load_balancers', { LoadBalancerArns: [LoadBalancerArn] }],
    ['elbv2', 'describe_load_balancer_attributes', { LoadBalancerArn }],
    ['elbv2', 'describe_listeners', { LoadBalancerArn }],
    ['elbv2', 'describe_target_groups', { TargetGroupArns: [TargetGroupArn] }],
    ['elbv2', 'describe_target_group_attributes', { TargetGroupArn }],
  ]);
  const [service, task, balancer, balancerAttributes, listeners, group, groupAttributes] =
    answers as [
      AwsList<'services'>,
      { taskDefinition: TaskDefinition },
      AwsList<'LoadBalancers', Deployment['loadBalancer']>,
      AwsList<'Attributes', Attribute>,
      AwsList<'Listeners'>,
      AwsList<'TargetGroups'>,
      AwsList<'Attributes', Attribute>,
    ];
  return {
    service: only(service.services),
    taskDefinition: task.taskDefinition,
    loadBalancer: only(balancer.LoadBalancers),
    loadBalancerAttributes: attributes(balancerAttributes),
    listeners: listeners.Listeners,
    targetGroup: only(group.TargetGroups),
    targetGroupAttributes: attributes(groupAttributes),
  };
}

function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length > 1)
    throw new Error(`Expected one item, got ${items.length}.`);
  return item;
}

function attributes({ Attributes }: AwsList<'Attributes', Attribute>): Record<string, string> {
  return Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value]));
}

type AwsList<Name extends string, Item = unknown> = { readonly [name in Name]: readonly Item[] };

interface StackResource {
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
  readonly ResourceType: string;
}

interface Attribute {
  readonly Key: string;
  readonly Value: string;
}
