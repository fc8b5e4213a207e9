import type { Credential } from '../../../src/credential/credential.ts';
import type { AllowedNames } from '../../../tools/actions-api/allowed-names.ts';
import { isSecure, type Target } from '../../../tools/actions-api/target.ts';
import { UsageError } from '../../../tools/errors.ts';
import type { CallerClient } from '../../../tools/register/authentication.ts';
import {
  type CredentialMark,
  createCredentialMark,
} from '../../../tools/register/credential-mark.ts';
import type { Deployment } from '../../../tools/register/deployment.ts';
import type { RuleOptions } from '../../../tools/register/rule.ts';
import { readCredential } from '../../../tools/requests/credential.ts';
import { checkEndpoint } from '../../../tools/requests/endpoint.ts';
import type { Terminal } from '../../terminal.ts';
import { readInput } from '../identity-server/options.ts';
import { givenNames } from './names.ts';
import type { RegisterCommandOptions } from './options.ts';

/** Endpoint, credential and names, from the stack or as given. */
export interface ActionInput {
  readonly uri: string;
  readonly credential: Credential;
  /** Undefined if the server has the names. */
  readonly names: AllowedNames | undefined;
  readonly caller: CallerClient | undefined;
  /** Undefined if the credential is not that of the stack. */
  readonly mark: CredentialMark | undefined;
  readonly warnings: readonly string[];
}

/** The identity server's rule for names of actions. */
const ACTION_NAME = /^[\w-][\w -]*[\w-]$/;
const MAX_NAME_LENGTH = 255;

/** @throws UsageError */
export function checkName(name: string): void {
  if (ACTION_NAME.test(name) && name.length <= MAX_NAME_LENGTH) return;
  throw new UsageError(
    '--name must have 2 to 255 letters, digits, spaces, "-" and "_", without spaces at its ends.',
  );
}

/** Reads the stack if anything comes from there. */
export async function readStackIfUsed(
  options: RegisterCommandOptions,
  terminal: Terminal,
): Promise<Deployment | undefined> {
  const { endpoint, credentialFile } = options;
  const hasCredential = credentialFile !== undefined || terminal.environment.ACTION_CREDENTIAL;
  if (endpoint !== undefined && hasCredential) return undefined;
  // AWS clients are slow to start.
  const { readDeployment } = await import('../../../tools/register/deployment.ts');
  return readDeployment(options, terminal.environment);
}

/** @throws UsageError or ToolError, without any secret. */
export async function readActionInput(
  options: RegisterCommandOptions,
  target: Target,
  deployment: Deployment | undefined,
  terminal: Terminal,
): Promise<ActionInput> {
  const uri = checkEndpoint(options.endpoint ?? deployment?.uri ?? '');
  const given = await readGivenCredential(options, deployment, terminal);
  const { names, warnings } = await givenNames(options, target, deployment?.names, terminal);
  const shared = { uri, names, caller: readCaller(options, terminal), warnings };
  if (given !== undefined) {
    return { ...shared, credential: readCredential(given, 'The credential'), mark: undefined };
  }
  if (deployment === undefined) throw new Error('There is neither a credential nor a stack.');
  const versions = await deployment.secret.read();
  return {
    ...shared,
    credential: readCredential(versions.current.text, 'The secret of the credential'),
    mark: createCredentialMark(deployment.secret, versions, target.key),
  };
}

async function readGivenCredential(
  { credentialFile }: RegisterCommandOptions,
  deployment: Deployment | undefined,
  terminal: Terminal,
): Promise<string | undefined> {
  if (credentialFile !== undefined) return readInput(credentialFile, '--credential-file', terminal);
  return deployment === undefined ? terminal.environment.ACTION_CREDENTIAL : undefined;
}

function readCaller(
  { callerTokenEndpoint }: RegisterCommandOptions,
  { environment }: Terminal,
): CallerClient | undefined {
  const clientId = environment.RISK_GATE_CALLER_CLIENT_ID;
  const clientSecret = environment.RISK_GATE_CALLER_CLIENT_SECRET;
  if (!clientId || !clientSecret || callerTokenEndpoint === undefined) return undefined;
  const url = URL.canParse(callerTokenEndpoint) ? new URL(callerTokenEndpoint) : undefined;
  if (url === undefined || url.username || url.search || !isSecure(url)) {
    throw new UsageError(
      '--caller-token-endpoint must be a URL such as https://api.asgardeo.io/t/example/oauth2/token.',
    );
  }
  return { clientId, clientSecret, tokenEndpoint: callerTokenEndpoint };
}

/** Returns the options of the rule. */
export function ruleOptions(options: RegisterCommandOptions): RuleOptions {
  return {
    applications: options.application ?? [],
    notApplications: options.notApplication ?? [],
    grants: options.grant ?? [],
    notGrants: options.notGrant ?? [],
    everyRequest: options.everyRequest ?? false,
  };
}
