import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { App } from 'aws-cdk-lib';
import type { RiskGateStack } from '../../infra/stack.ts';
import { ROOT } from './process.ts';

/** CDK context: the options of `cdk.json` and `-c name=value`. */
export type Context = Readonly<Record<string, unknown>>;

const scratch = mkdtempSync(join(tmpdir(), 'risk-gate-stack-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

export interface AppOptions {
  /** Copies the assets into the cloud assembly, which takes longer than everything else. @default true */
  readonly stageAssets?: boolean;
}

/** Creates the app with the stack, without synthesizing it. */
export async function createApp(
  { region = 'us-east-1', ...context }: Context,
  { stageAssets = true }: AppOptions = {},
): Promise<{
  readonly app: App;
  readonly stack: RiskGateStack;
}> {
  const { App, Validations } = await import('aws-cdk-lib');
  const { readConfig } = await import('../../infra/config/config.ts');
  const { RiskGateStack } = await import('../../infra/stack.ts');
  const { riskGate: _, ...flags } = JSON.parse(
    readFileSync(join(ROOT, 'cdk.json'), 'utf8'),
  ).context;
  const app = new App({
    context: {
      ...flags,
      'aws:cdk:disable-asset-staging': !stageAssets,
      'aws:cdk:disable-stack-trace': true,
    },
    outdir: mkdtempSync(join(scratch, 'cdk.out-')),
    analyticsReporting: false,
    treeMetadata: false,
    // Takes seconds, and is part of `cdk synth`.
    builtinCloudFormationValidation: false,
  });
  const config = readConfig(context);
  const stack = withoutStackTraces(
    () => new RiskGateStack(app, 'RiskGate', { config, env: { region: String(region) } }),
  );
  // Every synth warns that the default policy issues tokens while the country is unknown.
  const id = 'Annotation::RiskGate:failsOpen:unknown.geo';
  Validations.of(stack).acknowledge({ id, reason: 'default policy' });
  const nobody = 'Annotation::RiskGate:nobodyIsPaged';
  Validations.of(stack).acknowledge({ id: nobody, reason: 'most configurations have no address' });
  return { app, stack };
}

/** Creates something without stack traces: CDK would capture one for each resource, which takes a quarter of the time. */
function withoutStackTraces<T>(create: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
