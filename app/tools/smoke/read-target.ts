import type { KeyObject } from 'node:crypto';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseSignatureSecret } from '../../src/signals/address/signature.ts';
import { readSecret, SecretDeniedError } from '../aws/read-secret.ts';
import { clientOptions, outputOf, readStack, type StackOptions } from '../aws/stack.ts';
import { ToolError, UsageError } from '../errors.ts';
import { readCredential } from '../requests/credential.ts';
import { credentialHeaders } from '../requests/credential-headers.ts';
import { checkEndpoint } from '../requests/endpoint.ts';
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

const LABEL = 'The secret of the credential';

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
      (await readSecret(client, outputOf(stack, 'ActionCredentialSecretArn'), LABEL)).text;
    const signature =
      signatureSecret ??
      (await readSignatureSecret(client, stack.outputs.get('AddressSignatureSecretArn')));
    return {
      endpoint: checkEndpoint(endpoint ?? outputOf(stack, 'ActionEndpoint')),
      credential: headersOf(json, LABEL, given),
      signatureKey: parseKey(signature, 'The secret of addresses'),
    };
  } finally {
    client.destroy();
  }
}

/** Without the permission, decisions are not checked. */
async function readSignatureSecret(
  client: SecretsManagerClient,
  arn: string | undefined,
): Promise<string | undefined> {
  if (arn === undefined) return undefined;
  try {
    return (await readSecret(client, arn, 'The secret of addresses')).text;
  } catch (error) {
    if (error instanceof SecretDeniedError) return undefined;
    throw error;
  }
}

function headersOf(
  json: string,
  label: string,
  { accessToken }: GivenTarget,
): SmokeTarget['credential'] {
  const credential = readCredential(json, label);
  if (credential.scheme !== 'oauth2') return credentialHeaders(credential);
  const token = accessToken?.trim();
  if (!token) {
    throw new UsageError(
      'The credential has the scheme oauth2: set RISK_GATE_ACCESS_TOKEN to an access token of the issuer.',
    );
  }
  if (!/^[!-~]+$/.test(token)) {
    throw new UsageError(
      'RISK_GATE_ACCESS_TOKEN must be one access token, without spaces and line breaks.',
    );
  }
  return { authorization: `Bearer ${token}` };
}

function parseKey(secret: string | undefined, label: string): KeyObject | undefined {
  if (secret === undefined) return undefined;
  try {
    return parseSignatureSecret(secret, label);
  } catch (error) {
    throw new ToolError(error instanceof Error ? error.message : String(error));
  }
}
