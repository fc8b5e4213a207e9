import type { KeyObject } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Credential, parseCredential } from '../../src/credential/credential.ts';
import { parseSignatureSecret } from '../../src/signals/address/signature.ts';
import { deniedAction } from '../aws/aws-error.ts';
import { describeAwsFailure } from '../aws/describe-aws-failure.ts';
import { clientOptions, outputOf, readStack, type StackOptions } from '../aws/stack.ts';
import { ToolError, UsageError } from '../errors.ts';
import { credentialHeaders } from '../requests/credential-headers.ts';
import type { SmokeTarget } from './target.ts';

/** What is given instead of read from the stack. */
export interface GivenTarget {
  readonly endpoint?: string | undefined;
  /** JSON. */
  readonly credential?: string | undefined;
  /** With the scheme oauth2: an access token of the issuer. */
  readonly accessToken?: string | undefined;
  /** The secret with which the operator's edge signs addresses. */
  readonly signatureSecret?: string | undefined;
}

type Target = Pick<SmokeTarget, 'endpoint' | 'credential' | 'signatureKey'>;

/**
 * Returns the endpoint and the secrets for its calls, as given or from the stack.
 *
 * @throws ToolError without any secret.
 */
export async function readTarget(
  given: GivenTarget,
  options: StackOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Target> {
  const { endpoint, credential, signatureSecret } = given;
  if (endpoint !== undefined && credential !== undefined) {
    return {
      endpoint: checkEndpoint(endpoint),
      credential: headersOf(credential, 'The given credential', given),
      signatureKey: parseKey(signatureSecret, 'The given secret of addresses'),
    };
  }
  const stack = await readStack(options, environment);
  const client = new SecretsManagerClient(clientOptions(stack.region, stack.profile));
  try {
    const json =
      credential ??
      (await readSecret(client, outputOf(stack, 'ActionCredentialSecretArn'), 'credential'));
    const signature =
      signatureSecret ??
      (await readOptional(client, stack.outputs.get('AddressSignatureSecretArn')));
    return {
      endpoint: checkEndpoint(endpoint ?? outputOf(stack, 'ActionEndpoint')),
      credential: headersOf(json, 'The secret of the credential', given),
      signatureKey: parseKey(signature, 'The secret of addresses'),
    };
  } finally {
    client.destroy();
  }
}

/** The message does not repeat the URL, which may contain a password. */
function checkEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search) {
    return url.href;
  }
  throw new UsageError(
    '--endpoint must be an http or https URL without user and query, such as https://gate.example.com/pre-issue-access-token.',
  );
}

async function readSecret(
  client: SecretsManagerClient,
  arn: string,
  name: string,
): Promise<string> {
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return text ?? '';
  } catch (cause) {
    throw new ToolError(describeAwsFailure(cause, `The secret of the ${name} cannot be read`));
  }
}

/** Without the permission, decisions are not checked. */
async function readOptional(
  client: SecretsManagerClient,
  arn: string | undefined,
): Promise<string | undefined> {
  if (arn === undefined) return undefined;
  try {
    const { SecretString: text } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    return text;
  } catch (cause) {
    if (deniedAction(cause) !== undefined) return undefined;
    throw new ToolError(describeAwsFailure(cause, 'The secret of addresses cannot be read'));
  }
}

function headersOf(
  json: string,
  label: string,
  { accessToken }: GivenTarget,
): SmokeTarget['credential'] {
  const credential = parse(json, label);
  if (credential.scheme !== 'oauth2') return credentialHeaders(credential);
  if (!accessToken) {
    throw new UsageError(
      'The credential has the scheme oauth2: set RISK_GATE_ACCESS_TOKEN to an access token of the issuer.',
    );
  }
  return { authorization: `Bearer ${accessToken}` };
}

function parse(json: string, label: string): Credential {
  try {
    return parseCredential(json, label);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}

function parseKey(secret: string | undefined, label: string): KeyObject | undefined {
  if (secret === undefined) return undefined;
  try {
    return parseSignatureSecret(secret, label);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
