import { createHash } from 'node:crypto';
import {
  DescribeSecretCommand,
  type DescribeSecretCommandOutput,
  PutSecretValueCommand,
  type SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { deniedAction, hasCode } from '../aws/aws-error.ts';
import { readSecret, type SecretVersion, secretFailure } from '../aws/read-secret.ts';
import { ToolError } from '../errors.ts';

export interface CredentialVersions {
  readonly current: SecretVersion;
  /** The id of the version before the current one, which the service still accepts for some time. */
  readonly previousId: string | undefined;
  /** Ids of versions by the key of the target whose action has them, as far as it is noted. */
  readonly noted: ReadonlyMap<string, string>;
}

/** Begins the keys of tags. The identity server returns no secrets, so nothing else shows which one an action has. */
const TAG_PREFIX = 'risk-gate:action:';

/** Another version would make the tasks reject the one that the action has. */
export const CHANGED_MEANWHILE =
  'Another run has just stored a new version of the secret: wait until it has ended, and run the command again to see whether anything is left to do.';

/** For messages. */
const LABEL = 'The secret of the credential';

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
    const current = await readSecret(this.#client, this.#arn, LABEL);
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
      throw secretFailure(cause, `${LABEL} cannot be read`, 'DescribeSecret');
    }
  }

  /**
   * Stores a new current version, and returns it.
   *
   * @param basis the versions that it follows. Of several runs at the same time, only one can store the next version.
   */
  async put(text: string, now: number, basis: CredentialVersions): Promise<SecretVersion> {
    const { current, previousId } = basis;
    // Secrets Manager rejects another value with the same token.
    const ClientRequestToken = createHash('sha256')
      .update(`${current.id}/${previousId}`)
      .digest('hex');
    try {
      const { VersionId: id = '' } = await this.#client.send(
        new PutSecretValueCommand({ SecretId: this.#arn, SecretString: text, ClientRequestToken }),
      );
      return { id, text, createdAt: now };
    } catch (cause) {
      if (hasCode(cause, 'ResourceExists')) throw new ToolError(CHANGED_MEANWHILE);
      throw secretFailure(cause, `${LABEL} cannot be changed`, 'PutSecretValue');
    }
  }

  /** Notes, in a tag of the secret, which version the action of a target has. */
  async note(targetKey: string, versionId: string): Promise<void> {
    const Tags = [{ Key: TAG_PREFIX + targetKey, Value: versionId }];
    try {
      await this.#client.send(new TagResourceCommand({ SecretId: this.#arn, Tags }));
    } catch (cause) {
      throw secretFailure(cause, `${LABEL} cannot be tagged`, 'TagResource');
    }
  }
}
