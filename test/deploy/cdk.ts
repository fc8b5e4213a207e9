import { join } from 'node:path';
import { type CommandOptions, outputOf, ROOT } from '../support/process.ts';

const CDK = join(ROOT, 'node_modules/aws-cdk/bin/cdk');

/** An image that nobody has: the emulator pulls none. */
export const IMAGE = 'registry.example.com/risk-gate:1';

/** The CLI as in a pipeline, which neither asks nor reports, and keeps its notes in a folder of the test. */
function quiet(home: string): Record<string, string> {
  return {
    CI: 'true',
    HOME: home,
    CDK_HOME: home,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    // The rules are checked by the tests of infra and by `cdk synth`; here they would cost most of the time.
    CDK_VALIDATION: 'false',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

export interface CdkOptions extends CommandOptions {
  /** For what the CLI keeps in the home directory. */
  readonly home: string;
}

/** Runs the CDK CLI, as the command line does. @throws Error with what it said when it fails. */
export function runCdk(args: readonly string[], { home, ...options }: CdkOptions): Promise<string> {
  const environment = { ...quiet(home), ...options.environment };
  return outputOf(process.execPath, [CDK, ...args, '--no-notices'], { ...options, environment });
}

/** Arguments for the configuration of the stack, with an image that need not be built. */
export function contextArguments(context: Readonly<Record<string, string>>): string[] {
  const values = { imageUri: IMAGE, ...context };
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
