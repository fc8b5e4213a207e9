import { ToolError } from '../errors.ts';

/** An answer of the API that is not a success. */
export interface FailedCall {
  readonly status: number;
  /** Such as `60002`; undefined if the body has none. */
  readonly code: string | undefined;
  /** The beginning of the sentence, such as `The action cannot be created`. */
  readonly what: string;
  /** The scope that the call requires. */
  readonly scope: string;
  /** Such as `the organization acme`. */
  readonly label: string;
  readonly isBasic: boolean;
}

/** The API has refused a call, or has failed. */
export class ActionsApiError extends ToolError {
  readonly status: number;
  readonly code: string | undefined;

  constructor(failed: FailedCall) {
    super(describe(failed));
    this.status = failed.status;
    this.code = failed.code;
  }
}

/** The answer may have been lost: the call may have been carried out. */
export class LostAnswerError extends ToolError {}

/** What to do, by the code of the API. Texts of the server are not repeated, because they can contain a secret. */
const REMEDIES: Readonly<Record<string, string>> = {
  '60001':
    'the server does not know this type of action: use Asgardeo, or WSO2 Identity Server 7.1 or later',
  '60002':
    'the organization already has as many pre-issue access token actions as it may have: run the command again to see the existing one, or delete it in the Console',
  '60003': 'the action no longer exists: run the command again',
  '60004': 'a field is empty: check --name, --endpoint and the allowed names',
  '60005':
    'a field is malformed: --name may have letters, digits, spaces, "-" and "_", headers letters, digits, "-" and ".", and --endpoint must be a URL',
  '60006': 'the properties of the action are not valid for its type: report this as a bug',
  '60007':
    'the server withholds one of the allowed headers from actions: send its value in another header, or change the configuration of the server',
  '60008':
    'the server withholds one of the allowed parameters from actions: remove it from the policy, or change the configuration of the server',
  '60009':
    'the version of the action is no longer the latest: open the action in the Console and upgrade it, then run the command again',
  '60010':
    'a property of the authentication is missing: compare the credential with docs/credentials.md',
  '60011':
    'a property of the authentication is empty: compare the credential with docs/credentials.md',
  '60012': 'the action no longer exists: run the command again',
  '60013':
    'the server does not accept the rule: check --application and --grant, and that it supports both fields',
  '60014':
    'the server does not know one of the fields, as before August 2025: allow the headers in deployment.toml, and use --no-allowed-names',
  '60015':
    'a sub-organization cannot have this type of action: register it in the root organization',
  '60016': 'the server does not support allowed headers for this type: use --no-allowed-names',
  '60017': 'the server does not support allowed parameters for this type: use --no-allowed-names',
  '600010':
    'this version of the action cannot have a rule: upgrade it in the Console, or leave out --application and --grant',
  '650015':
    'the server does not have this type of action: use Asgardeo, or WSO2 Identity Server 7.1 or later, and enable it in deployment.toml',
  '650016': 'the server does not have rules of actions: leave out --application and --grant',
};

function describe(failed: FailedCall): string {
  return `${failed.what}, because ${reasonOf(failed)}.`;
}

function reasonOf({ status, code, scope, label, isBasic }: FailedCall): string {
  const known = code === undefined ? undefined : REMEDIES[code];
  if (known !== undefined) return known;
  if (status === 401) {
    return isBasic
      ? 'the user name or password is wrong: check RISK_GATE_USERNAME and RISK_GATE_PASSWORD'
      : 'the access token is not accepted, even after a new one was requested: check that the application belongs to this organization, and run the command again';
  }
  if (status === 403) {
    return isBasic
      ? `the user lacks the permission ${scope}: give it a role with this scope`
      : `the access token lacks the scope ${scope}: authorize it for the application in the Console, under API Authorization`;
  }
  if (status === 404) {
    return `${label} was not found: check the name, and for WSO2 Identity Server the URL`;
  }
  if (status === 429)
    return 'there were too many requests: wait a minute, and run the command again';
  const suffix = code === undefined ? '' : `, ACTION-${code}`;
  if (status >= 500) {
    return `the server failed (status ${status}${suffix}): run the command again, and look at its log if it fails again`;
  }
  return `the server refused the request (status ${status}${suffix}): check the options, and report it if they are right`;
}
