import type { Command } from 'commander';

/** The options with which commands name a deployed stack. */
export interface StackCommandOptions {
  readonly region?: string;
  readonly profile?: string;
}

/** The options with which commands name an endpoint and its credential. */
export interface DeploymentCommandOptions extends StackCommandOptions {
  readonly stack: string;
  readonly endpoint?: string;
  /** A path, or `-` for standard input. */
  readonly credentialFile?: string;
}

/** The name of the stack where none is given. */
export const DEFAULT_STACK = 'RiskGate';

/** Adds the options that say where a stack is. */
export function addStackLocation(command: Command): Command {
  return command
    .option('--region <region>', 'of the stack')
    .option('--profile <profile>', 'of the AWS credentials');
}

/** Adds the options of an endpoint and its credential: those of a stack, or given. */
export function addDeploymentOptions(command: Command): Command {
  return addStackLocation(
    command.option('--stack <name>', 'stack with the endpoint and the credential', DEFAULT_STACK),
  )
    .option('--endpoint <url>', 'endpoint, instead of that of the stack')
    .option(
      '--credential-file <path>',
      'file with the JSON of the credential, instead of the secret of the stack; - is standard input',
    );
}
