import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RefreshHooks } from '../secrets/keep-fresh.ts';
import { type AcceptedVersions, openRotatingSecret } from '../secrets/rotating-secret.ts';
import {
  type AcceptedCredential,
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
} from './authenticator.ts';
import { type Credential, parseCredential } from './credential.ts';

/** The credential's JSON itself, or the secret that holds it. */
export type ActionCredentialSource =
  | { readonly json: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ActionCredentialOptions extends RefreshHooks, AuthenticatorOptions {
  /** How long the previous version is accepted, in milliseconds; 0 for not at all. @default 24 h */
  readonly previousTtl?: number;
}

export interface ActionCredential {
  readonly authenticator: Authenticator;
  /** Ends the refreshing. The authenticator goes on with what it has; the client stays open. */
  stop(): void;
}

/**
 * Loads the caller's credential and keeps it fresh. For some time after a rotation the previous version
 * is accepted too, so that the identity server can be given the new one after us.
 *
 * @throws Error, one sentence without the secret, when it cannot be read at start.
 */
export async function openActionCredential(
  source: ActionCredentialSource,
  options: ActionCredentialOptions,
): Promise<ActionCredential> {
  if ('json' in source) {
    const credential = parseCredential(source.json, 'ACTION_CREDENTIAL');
    return { authenticator: createAuthenticator([credential]), stop: () => undefined };
  }
  const secret = await openRotatingSecret<Credential>({
    ...options,
    ...source,
    parse: parseCredential,
    onChange: (accepted) => authenticator.update(credentialsOf(accepted)),
  });
  const authenticator = createAuthenticator(credentialsOf(secret.accepted()), undefined, options);
  return { authenticator, stop: secret.stop };
}

function credentialsOf({ current, previous }: AcceptedVersions<Credential>): AcceptedCredential[] {
  // Also after its end, as a call that still shows it is worth a word of its own in the log.
  return previous === undefined
    ? [current]
    : [current, { ...previous.value, until: previous.until }];
}
