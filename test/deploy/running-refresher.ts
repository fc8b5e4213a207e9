import { join } from 'node:path';
import { startNode } from '../support/process.ts';
import type { ContainerDefinition, TaskDefinition } from './deployment.ts';
import type { EmulatedAws } from './emulated-aws.ts';
import { environmentOf } from './every-deployment.ts';
import { stacksOf } from './stacks.ts';

/** A line of the refresher's log about a feed. */
export interface FeedLine {
  readonly event: string;
  readonly feed: string;
  readonly reason?: string;
  readonly why?: string;
}

export interface RefresherRun {
  /** The exit code, or the signal that ended the process. */
  readonly status: number | string;
  /** By feed. */
  readonly feeds: Readonly<Record<string, FeedLine>>;
  /** The metric `FeedErrors` by reason, without those that are 0, and `FeedRefreshes`. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Everything that was written. */
  readonly output: string;
}

/** Runs the refresher once, as the schedule or an operator does, with arguments that are added to its command. */
export type RunRefresher = (...args: readonly string[]) => Promise<RefresherRun>;

export interface RefresherOptions {
  /** The folder with the built service. */
  readonly build: string;
  /** Settings besides the deployed ones. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Returns the task that the schedule starts, as a process with the command and the environment of its container. */
export async function deployedRefresher(
  aws: EmulatedAws,
  { build, settings }: RefresherOptions,
): Promise<RunRefresher> {
  const container = await scheduledContainer(aws);
  const [program, script = '', ...command] = container.command ?? [];
  if (program !== 'node') throw new Error(`The command begins with ${program}, expected node.`);
  const environment = { ...environmentOf(container), ...aws.environment, ...settings };
  return async (...args) => {
    const folder = join(build, 'dist');
    const refresher = startNode([script, ...command, ...args], environment, { folder });
    const status = await refresher.exited;
    const lines = refresher.stdout().trim().split('\n').filter(Boolean);
    const records = lines.map((line) => JSON.parse(line));
    const feeds = records.filter(({ feed, event }) => feed !== undefined && event !== undefined);
    return {
      status,
      feeds: Object.fromEntries(feeds.map((line) => [line.feed, line])),
      metrics: metricsIn(records),
      output: refresher.stdout() + refresher.stderr(),
    };
  };
}

/** Returns the ARN of the task definition that the schedule starts. */
export async function scheduledTask(aws: EmulatedAws): Promise<string> {
  const resources = Object.values(await stacksOf(aws).resources());
  const schedule = resources.find(({ Type }) => Type === 'AWS::Scheduler::Schedule');
  return schedule?.Properties.Target.EcsParameters.TaskDefinitionArn;
}

async function scheduledContainer(aws: EmulatedAws): Promise<ContainerDefinition> {
  const taskDefinition = await scheduledTask(aws);
  const [response] = (await aws.call([
    ['ecs', 'describe_task_definition', { taskDefinition }],
  ])) as [{ readonly taskDefinition: TaskDefinition }];
  return response.taskDefinition.containerDefinitions[0];
}

/** A line in CloudWatch's embedded metric format, or another one. */
interface MetricLine {
  readonly _aws?: unknown;
  readonly Reason?: string;
  readonly FeedErrors?: number;
  readonly FeedRefreshes?: number;
}

function metricsIn(records: readonly MetricLine[]): Record<string, number> {
  const metrics: Record<string, number> = {};
  for (const { _aws, Reason, FeedErrors = 0, FeedRefreshes } of records) {
    if (_aws === undefined) continue;
    if (Reason !== undefined && FeedErrors > 0) metrics[Reason] = FeedErrors;
    if (FeedRefreshes !== undefined) metrics.FeedRefreshes = FeedRefreshes;
  }
  return metrics;
}
