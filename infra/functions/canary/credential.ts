import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type Credential, parseCredential } from '../../../app/src/credential/credential.ts';
import { credentialHeaders } from '../../../app/tools/requests/credential-headers.ts';

/** One version of the secret. */
interface Version {
  readonly text: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** How long the secret is cached. */
const CACHE_MS = 5 * 60_000;

/** Tasks read the secret every five minutes. Until all of them know a new version, all accept the previous one. */
const ROTATION_MS = 6 * 60_000;

/** The versions of the secret with the action's credential. */
export class CredentialSecret {
  readonly #client: SecretsManagerClient;
  readonly #arn: string;
  readonly #now: () => number;
  #known: { readonly credentials: readonly Credential[]; readonly readAt: number } | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(client: SecretsManagerClient, arn: string, now: () => number) {
    this.#client = client;
    this.#arn = arn;
    this.#now = now;
  }

  /**
   * Returns the credentials in the order in which the service is likely to accept them: during a rotation, the
   * previous version comes first. If the secret cannot be read, returns the last value, as the service uses it.
   *
   * @throws Error with one sentence if the secret has never been read, or contains no valid credential.
   */
  async credentials(): Promise<readonly Credential[]> {
    if (this.#known !== undefined && this.#now() - this.#known.readAt < CACHE_MS) {
      return this.#known.credentials;
    }
    return this.read();
  }

  /** Reads the secret again. Otherwise like `credentials`. */
  async read(): Promise<readonly Credential[]> {
    try {
      const credentials = await this.#readVersions();
      this.#known = { credentials, readAt: this.#now() };
    } catch (error) {
      if (this.#known === undefined) throw error;
    }
    return this.#known.credentials;
  }

  async #readVersions(): Promise<readonly Credential[]> {
    const current = await this.#readVersion('AWSCURRENT');
    if (current === undefined) throw new Error('The secret has no value.');
    const previous = await this.#readVersion('AWSPREVIOUS');
    const credential = parseCredential(current.text, 'The secret');
    const other = previous === undefined ? [] : parseIfValid(previous.text);
    const isNew = this.#now() - current.createdAt < ROTATION_MS;
    return isNew ? [...other, credential] : [credential, ...other];
  }

  /** Returns `undefined` if there is no such version. */
  async #readVersion(stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<Version | undefined> {
    try {
      const { SecretString: text = '', CreatedDate } = await this.#client.send(
        new GetSecretValueCommand({ SecretId: this.#arn, VersionStage: stage }),
      );
      return { text, createdAt: CreatedDate?.getTime() ?? 0 };
    } catch (error) {
      const name = error instanceof Error ? error.name : 'unknown error';
      if (name === 'ResourceNotFoundException') return undefined;
      // The messages of the SDK can contain the secret.
      throw new Error(`The secret cannot be read (${name}).`);
    }
  }
}

/** Tolerates a malformed previous version, as the service does. */
function parseIfValid(text: string): readonly Credential[] {
  try {
    return [parseCredential(text, 'The previous version of the secret')];
  } catch {
    return [];
  }
}

/** Returns the headers of a credential. OAuth2 has none: the canary has no client that could get an access token. */
export function headersOf(credential: Credential): Readonly<Record<string, string>> {
  return credential.scheme === 'oauth2' ? {} : credentialHeaders(credential);
}
