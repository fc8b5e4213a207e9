import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { deniedAction } from '../aws/aws-error.ts';
import { describeAwsFailure } from '../aws/describe-aws-failure.ts';
import { ToolError } from '../errors.ts';

/** A version of the secret with the action's credential. */
export interface CredentialVersion {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface CredentialVersions {
  readonly current: CredentialVersion;
  /** The id of the version before the current one, which the service still accepts for some time. */
  readonly previousId: string | undefined;
  /** Ids of versions by the key of the target whose action has them, as far as it is noted. */
  readonly noted: ReadonlyMap<string, string>;
}

/** Begins the keys of tags. The identity server returns no secrets, so nothing else shows which one an action has. */
const TAG_PREFIX = 'risk-gate:action:';

/** The secret with the action's credential. */
export class CredentialSecret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;

  constructor(client: SecretsManagerClient, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /**
   * @param needsNotes whether a missing permission to read the notes is an error.
   * @throws ToolError, without any text of the secret.
   */
  async read({ needsNotes = false } = {}): Promise<CredentialVersions> {
    const { VersionIdsToStages = {}, Tags = [] } = await this.#describe(needsNotes);
    const previousId = Object.entries(VersionIdsToStages).find(([, stages]) =>
      stages.includes('AWSPREVIOUS'),
    )?.[0];
    const current = await this.#readCurrent();
    const noted = Tags.flatMap(({ Key = '', Value = '' }) =>
      Key.startsWith(TAG_PREFIX) ? [[Key.slice(TAG_PREFIX.length), Value] as const] : [],
    );
    return {
      current,
      previousId: previousId === current.id ? undefined : previousId,
      noted: new Map(noted),
    };
  }

  async #describe(isRequired: boolean): Promise<Partial<DescribeSecretCommandOutput>> {
    try {
      return await this.#client.send(new DescribeSecretCommand({ SecretId: this.#arn }));
    } catch (cause) {
      if (!isRequired && deniedAction(cause) !== undefined) return {};
      throw this.#failure(cause, 'cannot be read', 'DescribeSecret');
    }
  }

  async #readCurrent(): Promise<CredentialVersion> {
    try {
      const {
        SecretString: text,
        VersionId: id = '',
        CreatedDate,
      } = await this.#client.send(new GetSecretValueCommand({ SecretId: this.#arn }));
      if (text !== undefined) return { id, text, createdAt: CreatedDate?.getTime() ?? 0 };
    } catch (cause) {
      throw this.#failure(cause, 'cannot be read', 'GetSecretValue');
    }
    throw new ToolError(
      'The secret of the credential is binary: store it as text, as docs/credentials.md says.',
    );
  }

  /** Stores a new current version, and returns it. */
  async put(text: string, now: number): Promise<CredentialVersion> {
    try {
      const { VersionId: id = '' } = await this.#client.send(
        new PutSecretValueCommand({ SecretId: this.#arn, SecretString: text }),
      );
      return { id, text, createdAt: now };
    } catch (cause) {
      throw this.#failure(cause, 'cannot be changed', 'PutSecretValue');
    }
  }

  /** Notes, in a tag of the secret, which version the action of a target has. */
  async note(targetKey: string, versionId: string): Promise<void> {
    const Tags = [{ Key: TAG_PREFIX + targetKey, Value: versionId }];
    try {
      await this.#client.send(new TagResourceCommand({ SecretId: this.#arn, Tags }));
    } catch (cause) {
      throw this.#failure(cause, 'cannot be tagged', 'TagResource');
    }
  }

  /** Messages of the SDK can contain the secret: only known causes are described, others by their name. */
  #failure(cause: unknown, what: string, action: string): ToolError {
    const { name = 'unknown error', code } = (cause ?? {}) as { name?: string; code?: unknown };
    const safe = Object.assign(new Error(`${name} (secretsmanager:${action})`), {
      name,
      code,
      action: `secretsmanager:${action}`,
    });
    return new ToolError(describeAwsFailure(safe, `The secret of the credential ${what}`));
  }
}
