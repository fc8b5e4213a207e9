import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { keepFresh, type RefreshHooks } from '../secrets/keep-fresh.ts';
import { readSecretVersions, type SecretVersions } from '../secrets/versions.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { type Credential, parseCredential } from './credential.ts';

/** The credential's JSON itself, or the secret that holds it. */
export type ActionCredentialSource =
  | { readonly json: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ActionCredential {
  readonly authenticator: Authenticator;
  /** Ends the refreshing. The authenticator goes on with what it has; the client stays open. */
  stop(): void;
}

/**
 * Loads the caller's credential and keeps it fresh. While a new one is rolled out the one before it
 * passes too, so that the identity server can be given the new one after us.
 *
 * @throws Error, one sentence without the secret, when it cannot be had at start.
 */
export async function openActionCredential(
  source: ActionCredentialSource,
  hooks: RefreshHooks,
): Promise<ActionCredential> {
  if ('json' in source) {
    const credential = parseCredential(source.json, 'ACTION_CREDENTIAL');
    return { authenticator: createAuthenticator([credential]), stop: () => undefined };
  }
  const { client, secretArn } = source;
  const load = (stop?: AbortSignal) => readSecretVersions(client, secretArn, { stop });
  const authenticator = createAuthenticator(acceptedOf(await load(), secretArn));
  const { stop } = keepFresh({
    ...hooks,
    load,
    apply: (versions) => authenticator.update(acceptedOf(versions, secretArn)),
  });
  return { authenticator, stop };
}

function acceptedOf({ current, previous }: SecretVersions, arn: string): Credential[] {
  const credential = parseCredential(current, `The current version of the secret ${arn}`);
  if (previous === undefined) return [credential];
  try {
    return [credential, parseCredential(previous, 'The previous version')];
  } catch {
    // A mistake that has been corrected since is the previous version now. Nobody can hold it, and it
    // must not keep the correction out.
    return [credential];
  }
}
