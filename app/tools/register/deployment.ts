import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AllowedNames, mergeNames } from '../actions-api/allowed-names.ts';
import { clientOptions, listOutput, outputOf, readStack, type StackOptions } from '../aws/stack.ts';
import { CredentialSecret } from './credential-secret.ts';

/** What a deployed stack says about its action. */
export interface Deployment {
  readonly uri: string;
  readonly secret: CredentialSecret;
  readonly names: AllowedNames;
  /** Undefined for a stack of an earlier version. */
  readonly previousTtl: string | undefined;
  /** Closes idle connections. */
  close(): void;
}

/** @throws ToolError if the stack cannot be read, or is of an earlier version. */
export async function readDeployment(
  options: StackOptions,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Deployment> {
  const stack = await readStack(options, environment);
  const arn = outputOf(stack, 'ActionCredentialSecretArn');
  const client = new SecretsManagerClient(clientOptions(stack.region, stack.profile));
  return {
    uri: outputOf(stack, 'ActionEndpoint'),
    secret: new CredentialSecret(client, arn),
    names: mergeNames({
      headers: outputOf(stack, 'ActionAllowedHeaders').split(','),
      parameters: listOutput(stack, 'ActionAllowedParameters'),
    }),
    previousTtl: stack.outputs.get('CredentialPreviousTtl'),
    close: () => client.destroy(),
  };
}
