import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { EmulatedAws } from './emulated-aws.ts';

/** Reads a secret, as an operator does. */
export async function readSecret(
  { access }: EmulatedAws,
  arn: string | undefined,
): Promise<string> {
  const client = new SecretsManagerClient(access);
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
  client.destroy();
  return SecretString ?? '';
}

/** Writes a secret, as an operator does. */
export async function writeSecret(
  { access }: EmulatedAws,
  arn: string | undefined,
  text: string,
): Promise<void> {
  const client = new SecretsManagerClient(access);
  await client.send(new PutSecretValueCommand({ SecretId: arn, SecretString: text }));
  client.destroy();
}
