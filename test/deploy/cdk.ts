import { join } from 'node:path';
import { type CommandOptions, outputOf, ROOT } from '../support/process.ts';

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** An image that does not exist: the emulator does not pull images. */
export const IMAGE = 'registry.example.com/risk-gate:1';

/** Returns the environment for a CLI that is not interactive, sends no telemetry, and keeps its files in `home`. */
function cliEnvironment(home: string): Record<string, string> {
  return {
    CI: 'true',
    HOME: home,
    CDK_HOME: home,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // Tests and `cdk synth` check the cdk-nag rules; here they would take most of the time.
    CDK_VALIDATION: 'false',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

export interface CdkOptions extends CommandOptions {
  /** The home directory for files of the CLI. */
  readonly home: string;
}

/** Runs the CDK CLI and returns its output. @throws Error with the output when it fails. */
export function runCdk(args: readonly string[], { home, ...options }: CdkOptions): Promise<string> {
  const environment = { ...cliEnvironment(home), ...options.environment };
  return outputOf(process.execPath, [CDK, ...args, '--no-notices'], { ...options, environment });
}

/** Returns the arguments for stack options, with an image that need not be built. */
export function contextArguments(context: Readonly<Record<string, string>>): string[] {
  const values = { imageUri: IMAGE, ...context };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
