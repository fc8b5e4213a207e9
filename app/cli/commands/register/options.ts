import type { Command } from 'commander';
import { UsageError } from '../../../tools/errors.ts';
import {
  addIdentityServerOptions,
  type IdentityServerOptions,
} from '../identity-server/options.ts';
import { addDeploymentOptions, type DeploymentCommandOptions } from '../stack-options.ts';

/** The options of `risk-gate register`. */
export interface RegisterCommandOptions extends IdentityServerOptions, DeploymentCommandOptions {
  readonly callerTokenEndpoint?: string;
  readonly policy?: string;
  readonly addressHeader?: readonly string[];
  readonly signedAddress?: boolean;
  readonly allowHeader?: readonly string[];
  readonly allowParameter?: readonly string[];
  /** False with `--no-allowed-names`. */
  readonly allowedNames: boolean;
  readonly application?: readonly string[];
  readonly notApplication?: readonly string[];
  readonly grant?: readonly string[];
  readonly notGrant?: readonly string[];
  readonly everyRequest?: boolean;
  readonly plan?: boolean;
  readonly remove?: boolean;
  readonly rotate?: boolean;
  readonly updateCredential?: boolean;
  readonly replace?: boolean;
  readonly probe: boolean;
  readonly activate: boolean;
}

/** Adds the options to the command. */
export function addRegisterOptions(command: Command): Command {
  return addDeploymentOptions(addIdentityServerOptions(command))
    .option(
      '--caller-token-endpoint <url>',
      'with the scheme oauth2: where the identity server gets its access tokens',
    )
    .option('--policy <path>', 'allow the headers and parameters that this policy reads')
    .option('--address-header <name...>', 'allow these address headers')
    .option('--signed-address', 'allow the signature of each --address-header as well')
    .option('--allow-header <name...>', 'allow these headers in addition')
    .option('--allow-parameter <name...>', 'allow these parameters in addition')
    .option('--no-allowed-names', 'send no lists: deployment.toml of the server has them')
    .option('--application <name...>', 'call the action only for these applications')
    .option('--not-application <name...>', 'do not call it for these applications')
    .option('--grant <grant...>', 'call the action only for these grants')
    .option('--not-grant <grant...>', 'do not call it for these grants')
    .option('--every-request', 'remove the rule: call the action for every request')
    .option('--plan', 'print what would change, and change nothing')
    .option('--remove', 'deactivate and delete the action')
    .option('--rotate', 'store a new secret, and give it to the action, without a failed login')
    .option('--update-credential', 'send the credential again')
    .option('--replace', 'take over the action of somebody else')
    .option('--no-probe', 'do not send test requests to the endpoint')
    .option('--no-activate', 'leave the status as it is')
    .addHelpText('after', VARIABLES_HELP);
}

const VARIABLES_HELP = `
Other secrets, from the environment:
  ACTION_CREDENTIAL                      the JSON of the credential, with --endpoint
  RISK_GATE_CALLER_CLIENT_ID, RISK_GATE_CALLER_CLIENT_SECRET
                                         with the scheme oauth2: the client of the identity server`;

/** What the command does. */
export type RegisterMode = 'register' | 'remove' | 'rotate';

/** Options that describe the action, which only a registration changes. */
const DESCRIPTIVE = [
  ...(['policy', 'addressHeader', 'signedAddress', 'allowHeader', 'allowParameter'] as const),
  ...(['application', 'notApplication', 'grant', 'notGrant', 'everyRequest'] as const),
  ...(['updateCredential', 'replace', 'callerTokenEndpoint'] as const),
] as const satisfies readonly (keyof RegisterCommandOptions)[];

/** @throws UsageError for options that exclude each other. */
export function modeOf(options: RegisterCommandOptions): RegisterMode {
  if (options.remove && options.rotate) {
    throw new UsageError('--remove and --rotate exclude each other: use one of them.');
  }
  const mode = options.remove ? 'remove' : options.rotate ? 'rotate' : 'register';
  const other = DESCRIPTIVE.find((name) => options[name] !== undefined);
  if (mode === 'register' || other === undefined) return mode;
  const flag = other.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new UsageError(`--${flag} has no effect with --${mode}: leave it out.`);
}
