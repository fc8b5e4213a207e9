import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { ApiCredential } from '../../../tools/actions-api/api-credential.ts';
import type { TargetOptions } from '../../../tools/actions-api/target.ts';
import { ToolError, UsageError } from '../../../tools/errors.ts';
import type { Terminal } from '../../terminal.ts';

/** The options with which commands name an identity server. */
export interface IdentityServerOptions extends TargetOptions {
  /** A path, or `-` for standard input. */
  readonly clientSecretFile?: string;
  /** Of the action. */
  readonly name: string;
}

/** The action's name where none is given. */
const DEFAULT_NAME = 'Risk Gate';

const CREDENTIALS_HELP = `
Credentials of the API, from the environment:
  RISK_GATE_CLIENT_ID, RISK_GATE_CLIENT_SECRET   an application with the grant client credentials
  RISK_GATE_USERNAME, RISK_GATE_PASSWORD         a user, for WSO2 Identity Server only
docs/register.md says which API and which scopes to authorize.`;

/** Adds the options of the target to a command. */
export function addIdentityServerOptions(command: Command): Command {
  return command
    .option('--organization <name>', 'an organization of Asgardeo')
    .option('--api-origin <url>', 'of Asgardeo, if not https://api.asgardeo.io')
    .option('--server <url>', 'WSO2 Identity Server, such as https://is.example.com:9443')
    .option('--tenant <domain>', 'of WSO2 Identity Server (default: carbon.super)')
    .option('--client-secret-file <path>', 'file with the client secret; - is standard input')
    .option('--name <name>', 'name of the action', DEFAULT_NAME)
    .addHelpText('after', CREDENTIALS_HELP);
}

/** Reads the credential of the API. @throws UsageError if it is missing or ambiguous. */
export async function readApiCredential(
  { clientSecretFile }: Pick<IdentityServerOptions, 'clientSecretFile'>,
  allowsBasic: boolean,
  terminal: Terminal,
): Promise<ApiCredential> {
  const { environment } = terminal;
  const username = environment.RISK_GATE_USERNAME;
  const clientId = environment.RISK_GATE_CLIENT_ID;
  if (clientId && username) {
    throw new UsageError(
      'RISK_GATE_CLIENT_ID and RISK_GATE_USERNAME are both set: unset one of them.',
    );
  }
  if (username) {
    if (!allowsBasic) {
      throw new UsageError(
        'Asgardeo does not accept a user name and password: set RISK_GATE_CLIENT_ID and RISK_GATE_CLIENT_SECRET instead.',
      );
    }
    const password = environment.RISK_GATE_PASSWORD;
    if (!password)
      throw new UsageError('RISK_GATE_PASSWORD is not set: set it with the user name.');
    return { kind: 'user', username, password };
  }
  if (!clientId) {
    const orUser = allowsBasic ? ', or RISK_GATE_USERNAME and RISK_GATE_PASSWORD' : '';
    throw new UsageError(
      `There is no credential of the API: set RISK_GATE_CLIENT_ID and RISK_GATE_CLIENT_SECRET${orUser}, as docs/register.md says.`,
    );
  }
  const clientSecret =
    clientSecretFile === undefined
      ? environment.RISK_GATE_CLIENT_SECRET
      : (await readInput(clientSecretFile, '--client-secret-file', terminal)).trim();
  if (!clientSecret) {
    throw new UsageError(
      clientSecretFile === undefined
        ? 'RISK_GATE_CLIENT_SECRET is not set: set it, or use --client-secret-file.'
        : '--client-secret-file is empty: expected the client secret.',
    );
  }
  return { kind: 'client', clientId, clientSecret };
}

async function readStandardInput(option: string, { stdin }: Terminal): Promise<string> {
  if (stdin.isTTY === true) {
    throw new UsageError(
      `${option} - reads standard input, which is the terminal: pipe the value into the command, or name a file.`,
    );
  }
  if (stdin.readableEnded) {
    throw new UsageError(`Standard input (-) can be read only once: give ${option} a file.`);
  }
  return readAll(stdin);
}

/** Reads a file, or standard input for `-`. @throws ToolError without the contents. */
export async function readInput(path: string, option: string, terminal: Terminal): Promise<string> {
  if (path === '-') return readStandardInput(option, terminal);
  try {
    return await readFile(resolve(terminal.folder, path), 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ToolError(`The file of ${option} cannot be read (${code}): check its path.`);
  }
}
