import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { readConfig } from '../../infra/config.ts';
import { RiskGateStack } from '../../infra/stack.ts';

/** What `-c name=value` and `cdk.json` give, by name. */
export type Context = Readonly<Record<string, unknown>>;

/** Properties of a resource; a test names those that it reads. */
export type Properties = Readonly<Record<string, unknown>>;

export interface Resource<P = Properties> {
  readonly id: string;
  readonly Type: string;
  readonly Properties: P;
  readonly DependsOn?: readonly string[];
}

export interface Synthesised {
  readonly template: Template;
  /** The template as CloudFormation gets it. */
  readonly text: string;
  /** Of the cloud assembly, with its assets. */
  readonly directory: string;
  /** All resources, or those of a type. */
  resources<P = Properties>(type?: string): readonly Resource<P>[];
  /** The resource of a type that there is one of. @throws Error when there are none or several. */
  only<P = Properties>(type: string): Resource<P>;
}

/** The three ways to HTTPS. */
export const ENDPOINTS = {
  cloudfront: {},
  'hosted zone': {
    domainName: 'gate.example.com',
    hostedZoneId: 'Z0123456789EXAMPLE',
    hostedZoneName: 'example.com',
  },
  certificate: {
    domainName: 'gate.example.com',
    certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b2c3d',
  },
} as const satisfies Record<string, Context>;

/** The two ways of the tasks to the internet. */
export const EGRESSES = { nat: {}, public: { egress: 'public' } } as const satisfies Record<
  string,
  Context
>;

/** Each way to HTTPS with each way out. */
export const MODES: readonly (readonly [name: string, context: Context])[] = Object.entries(
  ENDPOINTS,
).flatMap(([endpoint, one]) =>
  Object.entries(EGRESSES).map(
    ([egress, other]) => [`${endpoint}, egress ${egress}`, { ...one, ...other }] as const,
  ),
);

// The first stack of a file loads CDK, which takes seconds on a busy machine.
jest.setTimeout(60_000);

const scratch = mkdtempSync(join(tmpdir(), 'risk-gate-stack-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The feature flags of the project, without its own configuration. */
const { riskGate: _, ...FLAGS } = JSON.parse(
  readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8'),
).context as Context;

/** The app with the stack, not synthesised yet. CDK's own validation costs seconds, so it is asked for. */
export function createApp(
  context: Context = {},
  {
    region = 'us-east-1',
    validation = false,
  }: { readonly region?: string; readonly validation?: boolean } = {},
): { readonly app: App; readonly stack: RiskGateStack } {
  const app = new App({
    context: { ...FLAGS },
    outdir: mkdtempSync(join(scratch, 'cdk.out-')),
    analyticsReporting: false,
    builtinCloudFormationValidation: validation,
  });
  const stack = new RiskGateStack(app, 'RiskGate', {
    config: readConfig(context),
    env: { region },
  });
  return { app, stack };
}

const synthesised = new Map<string, Synthesised>();

/** The stack of a configuration. The same one is made once in a test file. */
export function synthesise(context: Context = {}, region = 'us-east-1'): Synthesised {
  const key = JSON.stringify([context, region]);
  const known = synthesised.get(key);
  if (known !== undefined) return known;
  const made = synthesiseAnew(context, region);
  synthesised.set(key, made);
  return made;
}

/** As `synthesise`, for what is not in the context: a file that has changed, the environment. */
export function synthesiseAnew(context: Context = {}, region = 'us-east-1'): Synthesised {
  const { app, stack } = createApp(context, { region });
  const { directory } = app.synth();
  // It also refuses resources that depend on each other in a circle.
  const template = Template.fromStack(stack);
  const json = template.toJSON();
  const all = Object.entries(json.Resources as Record<string, Omit<Resource, 'id'>>).map(
    ([id, resource]): Resource => ({ ...resource, id, Properties: resource.Properties ?? {} }),
  );
  const resources = <P>(type?: string) =>
    all.filter(({ Type }) => type === undefined || Type === type) as unknown as Resource<P>[];
  return {
    template,
    text: JSON.stringify(json),
    directory,
    resources,
    only<P>(type: string) {
      const found = resources<P>(type);
      const [first] = found;
      if (first === undefined || found.length > 1) {
        throw new Error(`There are ${found.length} resources of type ${type}.`);
      }
      return first;
    },
  };
}

/** The id of the resource that a `Ref` or `Fn::GetAtt` points to. */
export function target(reference: unknown): string | undefined {
  const { Ref, 'Fn::GetAtt': attribute } = (reference ?? {}) as {
    Ref?: string;
    'Fn::GetAtt'?: readonly [id: string, attribute: string];
  };
  return Ref ?? attribute?.[0];
}
