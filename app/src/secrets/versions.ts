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

/** The two versions of a secret that matter while it is rotated. */
export interface SecretVersions {
  /** AWSCURRENT */
  readonly current: SecretVersion;
  /** AWSPREVIOUS; absent before the first rotation, and when it is the same version as AWSCURRENT. */
  readonly previous?: SecretVersion;
}

export interface ReadOptions {
  readonly stop?: AbortSignal;
  /** Milliseconds for one version, with all tries and with the search for credentials. @default 5000 */
  readonly timeout?: number;
}

const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;

/** Whether a text is an ARN of a secret. */
export function isSecretArn(text: string): boolean {
  return ARN.test(text);
}

const NOT_FOUND = 'ResourceNotFoundException';

/** What to do, by the SDK's name of the error. */
const ADVICE: Readonly<Record<string, string>> = {
  [NOT_FOUND]: 'check the ARN and its region, and that the secret has a value',
  AccessDeniedException:
    'let the task role call secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own',
  CredentialsProviderError:
    'give the task a role that may call secretsmanager:GetSecretValue on it',
};
const COMMON_ADVICE =
  'check the ARN, that the task role may call secretsmanager:GetSecretValue on it, and that Secrets Manager can be reached from here';

/**
 * Reads AWSCURRENT and then AWSPREVIOUS. In this order a change between the two reads yields the same
 * version twice; the other way round it would lose the one that the caller still shows.
 *
 * @throws Error, one sentence that names the ARN, the cause and what to do; never with the secret.
 */
export async function readSecretVersions(
  client: SecretsManagerClient,
  arn: string,
  options: ReadOptions = {},
): Promise<SecretVersions> {
  const current = await readCurrentVersion(client, arn, options);
  try {
    const previous = await readStage(client, arn, 'AWSPREVIOUS', options);
    const isSame = previous?.id !== undefined && previous.id === current.id;
    return previous === undefined || isSame ? { current } : { current, previous };
  } catch (error) {
    if (nameOf(error) === NOT_FOUND) return { current };
    throw failure(arn, error);
  }
}

/** Reads the text of AWSCURRENT alone. @throws as `readSecretVersions` does. */
export async function readCurrentSecret(
  client: SecretsManagerClient,
  arn: string,
  options: ReadOptions = {},
): Promise<string> {
  return (await readCurrentVersion(client, arn, options)).text;
}

async function readCurrentVersion(
  client: SecretsManagerClient,
  arn: string,
  options: ReadOptions,
): Promise<SecretVersion> {
  if (!ARN.test(arn)) {
    // Not repeated: it may be the secret itself, put into the wrong setting.
    throw new Error(
      'A secret is named by something else than an ARN of Secrets Manager: expected arn:aws:secretsmanager:<region>:<account>:secret:<name>.',
    );
  }
  let version: SecretVersion | undefined;
  try {
    version = await readStage(client, arn, 'AWSCURRENT', options);
  } catch (error) {
    throw failure(arn, error);
  }
  if (version === undefined) {
    throw new Error(`The secret ${arn} has a binary value: store it as text.`);
  }
  return version;
}

/** Reads one version; `undefined` when its value is binary, which none of ours is. */
async function readStage(
  client: SecretsManagerClient,
  arn: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
  { stop, timeout = 5000 }: ReadOptions,
): Promise<SecretVersion | undefined> {
  const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
  // The race is needed beside the abort signal: the SDK's search for credentials does not heed it.
  const answer = await withTimeLimit(
    timeout,
    (abortSignal) => client.send(command, { abortSignal }),
    stop,
  );
  const { SecretString: text, VersionId: id, CreatedDate } = answer;
  if (text === undefined) return undefined;
  const createdAt = CreatedDate?.getTime() ?? Number.NaN;
  return {
    text,
    ...(id !== undefined && { id }),
    ...(Number.isFinite(createdAt) && { createdAt }),
  };
}

/**
 * The cause goes in by its name only, and not as `cause`: the SDK's messages and the response that
 * hangs on its errors can hold the answer's text, which is the secret.
 */
function failure(arn: string, error: unknown): Error {
  const name = nameOf(error);
  return new Error(
    `The secret ${arn} could not be read (${name}): ${ADVICE[name] ?? COMMON_ADVICE}.`,
  );
}

/** The error's name, or its code where the name says nothing (ECONNREFUSED). */
function nameOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const found = name === 'Error' && typeof code === 'string' ? code : name;
  return errorName(found) ?? 'UnknownError';
}
