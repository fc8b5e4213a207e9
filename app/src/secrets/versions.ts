import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { errorName } from '../lib/error-name.ts';
import { withTimeLimit } from '../lib/timeout.ts';

/** One version of a secret. */
export interface SecretVersion {
  readonly text: string;
  /** Identifies the version; AWS always sends it. */
  readonly id?: string;
  /** When the version was created, in milliseconds since the epoch; AWS always sends it. */
  readonly createdAt?: number;
}

/** The versions of a secret that are relevant during a rotation. */
export interface SecretVersions {
  /** AWSCURRENT */
  readonly current: SecretVersion;
  /** AWSPREVIOUS; absent before the first rotation, and if it is the same version as AWSCURRENT. */
  readonly previous?: SecretVersion;
}

export interface ReadSecretOptions {
  readonly stop?: AbortSignal;
  /** Milliseconds for one version, including retries and fetching credentials. @default 5000 */
  readonly timeout?: number;
}

const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;

/** Returns whether a string is the ARN of a secret. */
export function isSecretArn(text: string): boolean {
  return ARN.test(text);
}

const NOT_FOUND = 'ResourceNotFoundException';

/** What to do, by the name of the SDK's error. */
const ADVICE: Readonly<Record<string, string>> = {
  [NOT_FOUND]: 'check the ARN and its region, and that the secret has a value',
  AccessDeniedException:
    'allow the task role to call secretsmanager:GetSecretValue on it, and kms:Decrypt if it has its own key',
  CredentialsProviderError:
    'give the task a role that is allowed to call secretsmanager:GetSecretValue on it',
};
const COMMON_ADVICE =
  'check the ARN, that the task role is allowed to call secretsmanager:GetSecretValue on it, and that the task can reach Secrets Manager';

/**
 * Reads AWSCURRENT, then AWSPREVIOUS. In this order, a rotation between the two reads yields the same version
 * twice; the reverse order would lose the version that the caller still uses.
 *
 * @throws Error with one sentence: the ARN, the cause and what to do; never the secret.
 */
export async function readSecretVersions(
  client: SecretsManagerClient,
  arn: string,
  options: ReadSecretOptions = {},
): Promise<SecretVersions> {
  const current = await readCurrentVersion(client, arn, options);
  try {
    const previous = await readStage(client, arn, 'AWSPREVIOUS', options);
    const isSame = previous?.id !== undefined && previous.id === current.id;
    return previous === undefined || isSame ? { current } : { current, previous };
  } catch (error) {
    if (nameOfError(error) === NOT_FOUND) return { current };
    throw readError(arn, error);
  }
}

/** Reads the text of AWSCURRENT. @throws like `readSecretVersions`. */
export async function readCurrentSecret(
  client: SecretsManagerClient,
  arn: string,
  options: ReadSecretOptions = {},
): Promise<string> {
  return (await readCurrentVersion(client, arn, options)).text;
}

async function readCurrentVersion(
  client: SecretsManagerClient,
  arn: string,
  options: ReadSecretOptions,
): Promise<SecretVersion> {
  if (!ARN.test(arn)) {
    // Not repeated, because it could be a secret in the wrong setting.
    throw new Error(
      'The name of a secret is not an ARN of Secrets Manager: expected arn:aws:secretsmanager:<region>:<account>:secret:<name>.',
    );
  }
  let version: SecretVersion | undefined;
  try {
    version = await readStage(client, arn, 'AWSCURRENT', options);
  } catch (error) {
    throw readError(arn, error);
  }
  if (version === undefined) {
    throw new Error(`The secret ${arn} has a binary value: store it as text.`);
  }
  return version;
}

/** Reads one version; returns `undefined` if its value is binary. */
async function readStage(
  client: SecretsManagerClient,
  arn: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
  { stop, timeout = 5000 }: ReadSecretOptions,
): Promise<SecretVersion | undefined> {
  const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
  // An abort signal alone is not enough: the SDK ignores it while it fetches credentials.
  const response = await withTimeLimit(
    timeout,
    (abortSignal) => client.send(command, { abortSignal }),
    stop,
  );
  const { SecretString: text, VersionId: id, CreatedDate } = response;
  if (text === undefined) return undefined;
  const createdAt = CreatedDate?.getTime() ?? Number.NaN;
  return {
    text,
    ...(id !== undefined && { id }),
    ...(Number.isFinite(createdAt) && { createdAt }),
  };
}

/**
 * Creates an error that contains only the name of its cause: the SDK's messages, and the response that is
 * attached to its errors, can contain the secret.
 */
function readError(arn: string, error: unknown): Error {
  const name = nameOfError(error);
  return new Error(
    `The secret ${arn} could not be read (${name}): ${ADVICE[name] ?? COMMON_ADVICE}.`,
  );
}

/** Returns the name of an error, or its code if the name is unspecific (ECONNREFUSED). */
function nameOfError(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const specific = name === 'Error' && typeof code === 'string' ? code : name;
  return errorName(specific) ?? 'UnknownError';
}
