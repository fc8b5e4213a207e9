import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
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
  /** Ids of versions by their labels, without those of Secrets Manager itself. */
  readonly labels: ReadonlyMap<string, string>;
}

/** The secret with the action's credential. */
export class CredentialSecret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;

  constructor(client: SecretsManagerClient, arn: string) {
    this.#client = client;
    this.#arn = arn;
  }

  /**
   * @param needsLabels whether a missing permission to read the labels is an error.
   * @throws ToolError, without any text of the secret.
   */
  async read({ needsLabels = false } = {}): Promise<CredentialVersions> {
    const versions = Object.entries(await this.#stagesById(needsLabels));
    const labels = versions.flatMap(([id, stages]) =>
      stages.filter((stage) => !stage.startsWith('AWS')).map((stage) => [stage, id] as const),
    );
    const previousId = versions.find(([, stages]) => stages.includes('AWSPREVIOUS'))?.[0];
    const current = await this.#readCurrent();
    return {
      current,
      previousId: previousId === current.id ? undefined : previousId,
      labels: new Map(labels),
    };
  }

  async #stagesById(isRequired: boolean): Promise<Readonly<Record<string, string[]>>> {
    const command = new DescribeSecretCommand({ SecretId: this.#arn });
    try {
      const { VersionIdsToStages = {} } = await this.#client.send(command);
      return VersionIdsToStages;
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

  /** Moves a label to a version. @param from the version that has it now. */
  async label(name: string, versionId: string, from: string | undefined): Promise<void> {
    if (from === versionId) return;
    await this.#updateLabel({
      VersionStage: name,
      MoveToVersionId: versionId,
      ...(from !== undefined && { RemoveFromVersionId: from }),
    });
  }

  async removeLabel(name: string, from: string): Promise<void> {
    await this.#updateLabel({ VersionStage: name, RemoveFromVersionId: from });
  }

  async #updateLabel(input: {
    VersionStage: string;
    MoveToVersionId?: string;
    RemoveFromVersionId?: string;
  }): Promise<void> {
    try {
      await this.#client.send(
        new UpdateSecretVersionStageCommand({ SecretId: this.#arn, ...input }),
      );
    } catch (cause) {
      throw this.#failure(cause, 'cannot be labelled', 'UpdateSecretVersionStage');
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
