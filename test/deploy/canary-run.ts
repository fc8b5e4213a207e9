import { startEdge } from '../support/edge/index.ts';
import { startTestService } from '../support/running-service.ts';
import type { Deployment } from './deployment.ts';
import { type EmulatedAws, REGION } from './emulated-aws.ts';
import { readSecret } from './secrets.ts';

/** What a run of the canary has written, and what the service has recorded. */
export interface CanaryRun {
  /** The endpoint of the function, before it was replaced by the model of the path. */
  readonly endpoint: unknown;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly decisions: readonly Readonly<Record<string, unknown>>[];
}

interface FunctionConfiguration {
  readonly FunctionName: string;
  readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
}

/**
 * Fires the schedule of a deployment. The function is the deployed one, with the deployed secret; the path is the model
 * of the deployed template, because the emulator has no name and no certificate for the endpoint.
 */
export async function runCanary(aws: EmulatedAws, deployment: Deployment): Promise<CanaryRun> {
  const { template, physicalIds, physicalId, outputs } = deployment;
  const [id = ''] =
    Object.entries(template.Resources).find(
      ([each, { Type }]) => each.startsWith('Canary') && Type === 'AWS::Lambda::Function',
    ) ?? [];
  const FunctionName = physicalIds[id];
  const [found] = (await aws.call([
    ['lambda', 'get_function_configuration', { FunctionName }],
  ])) as FunctionConfiguration[];
  const { Variables } = found?.Environment ?? { Variables: {} };
  const credential = await readSecret(aws, outputs.ActionCredentialSecretArn);
  const service = await startTestService({ settings: { ACTION_CREDENTIAL: credential } });
  const edge = await startEdge({ template, values: physicalIds, service: service.origin });
  try {
    const ENDPOINT = `${edge.url}${new URL(Variables.ENDPOINT ?? '').pathname}`;
    const Environment = { Variables: { ...Variables, ENDPOINT } };
    await aws.call([['lambda', 'update_function_configuration', { FunctionName, Environment }]]);
    const { exitCode, stdout, stderr } = (await aws.control('schedules', {
      region: REGION,
      name: physicalId('AWS::Scheduler::Schedule', 'CanarySchedule'),
    })) as { exitCode: number; stdout: string; stderr: string };
    if (exitCode !== 0) throw new Error(`The function has failed:\n${stderr}`);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { endpoint: Variables.ENDPOINT, lines, decisions: service.decisions() };
  } finally {
    await edge.close();
    await service.stop();
  }
}
