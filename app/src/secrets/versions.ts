import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { withTimeLimit } from '../time-limit.ts';

/** The two versions of a secret that count while it is changed. */
export interface SecretVersions {
  /** AWSCURRENT */
  readonly current: string;
  /** AWSPREVIOUS; none before the first change. */
  readonly previous?: string;
}

export interface ReadOptions {
  readonly stop?: AbortSignal;
  /** Milliseconds for one version, with all tries and with the search for credentials. @default 5000 */
  readonly timeout?: number;
}

const ARN = /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/;

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
  const current = await readCurrentSecret(client, arn, options);
  try {
    return { current, previous: await readStage(client, arn, 'AWSPREVIOUS', options) };
  } catch (error) {
    if (nameOf(error) === NOT_FOUND) return { current };
    throw failure(arn, error);
  }
}

/** Reads AWSCURRENT alone. @throws as `readSecretVersions` does. */
export async function readCurrentSecret(
  client: SecretsManagerClient,
  arn: string,
  options: ReadOptions = {},
): Promise<string> {
  if (!ARN.test(arn)) {
    // Not repeated: it may be the secret itself, put into the wrong setting.
    throw new Error(
      'A secret is named by something else than an ARN of Secrets Manager: expected arn:aws:secretsmanager:<region>:<account>:secret:<name>.',
    );
  }
  let text: string | undefined;
  try {
    text = await readStage(client, arn, 'AWSCURRENT', options);
  } catch (error) {
    throw failure(arn, error);
  }
  if (text === undefined) {
    throw new Error(`The secret ${arn} has a binary value: store it as text.`);
  }
  return text;
}

/** One version's text; `undefined` when its value is binary, which is none of ours. */
async function readStage(
  client: SecretsManagerClient,
  arn: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
  { stop, timeout = 5000 }: ReadOptions,
): Promise<string | undefined> {
  const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
  // The race is needed beside the abort signal: the SDK's search for credentials does not heed it.
  const answer = await withTimeLimit(
    timeout,
    (abortSignal) => client.send(command, { abortSignal }),
    stop,
  );
  return answer.SecretString;
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
  return typeof found === 'string' && /^\w+$/.test(found) ? found : 'UnknownError';
}
