import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ToolError } from '../errors.ts';
import { deniedAction } from './aws-error.ts';
import { describeAwsFailure } from './describe-aws-failure.ts';

/** A version of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** The credentials do not allow to read or change a secret. */
export class SecretDeniedError extends ToolError {}

/**
 * Reads the current version of a secret.
 *
 * @param label for the message, such as `The secret of the credential`.
 * @throws ToolError without any text of the secret.
 */
export async function readSecret(
  client: SecretsManagerClient,
  arn: string,
  label: string,
): Promise<SecretVersion> {
  try {
    const {
      SecretString: text,
      VersionId: id = '',
      CreatedDate,
    } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    if (text !== undefined) return { id, text, createdAt: CreatedDate?.getTime() ?? 0 };
  } catch (cause) {
    throw secretFailure(cause, `${label} cannot be read`, 'GetSecretValue');
  }
  throw new ToolError(`${label} is binary: store it as text, as docs/credentials.md says.`);
}

/**
 * Describes a failure of Secrets Manager. Messages of the SDK can contain the secret: only known causes are described,
 * others by their name.
 */
export function secretFailure(cause: unknown, what: string, operation: string): ToolError {
  const { name = 'unknown error', code } = (cause ?? {}) as { name?: string; code?: unknown };
  const action = `secretsmanager:${operation}`;
  const safe = Object.assign(new Error(`${name} (${action})`), { name, code, action });
  const message = describeAwsFailure(safe, what);
  return deniedAction(safe) === undefined ? new ToolError(message) : new SecretDeniedError(message);
}
