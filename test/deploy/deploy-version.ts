import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, createApp } from '../support/app.ts';
import { publishAssets } from './assets.ts';
import { IMAGE } from './cdk.ts';
import type { EmulatedAws } from './emulated-aws.ts';
import type { StackOptions, Stacks } from './stacks.ts';

/** The parts of a template that tests change. */
export interface SynthesizedTemplate {
  readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
}

/**
 * Deploys this version by the API, which takes a fraction of the time of the CLI.
 *
 * @param edit changes the template before it is sent.
 * @returns the status at the end.
 */
export async function deployVersion(
  aws: EmulatedAws,
  stacks: Stacks,
  context: Context,
  how: 'create' | 'update' = 'update',
  edit: (template: SynthesizedTemplate) => object = (template) => template,
): Promise<string> {
  const { app } = await createApp({ imageUri: IMAGE, ...context });
  const { directory } = app.synth();
  await publishAssets(aws, directory);
  const template = JSON.parse(readFileSync(join(directory, 'RiskGate.template.json'), 'utf8'));
  return stacks[how](edit(template), locationOf(context));
}

/** Returns where a context deploys the stack. */
export function locationOf({ stackName, region }: Context): StackOptions {
  return {
    ...(stackName !== undefined && { name: String(stackName) }),
    ...(region !== undefined && { region: String(region) }),
  };
}
