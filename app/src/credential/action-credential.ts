import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RefreshOptions } from '../secrets/refresh.ts';
import { type AcceptedVersions, openRotatingSecret } from '../secrets/rotating-secret.ts';
import {
  type AcceptedCredential,
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
} from './authenticator.ts';
import { type Credential, parseCredential } from './credential.ts';
import { createTokenVerifiers, type TokenVerifiersOptions } from './oauth2/token-verifiers.ts';

/** The credential as JSON, or the secret that contains it. */
export type ActionCredentialSource =
  | { readonly json: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ActionCredentialOptions extends RefreshOptions, AuthenticatorOptions {
  /** Milliseconds for which the previous version is accepted; 0 rejects it. @default 24 h */
  readonly previousTtl?: number;
  /** Options for the verification of access tokens. */
  readonly oauth2?: Omit<TokenVerifiersOptions, 'now'>;
}

export interface ActionCredential {
  readonly authenticator: Authenticator;
  /**
   * Returns whether the keys of the current credential's issuer are missing, so that no access token can be
   * verified; `undefined` for other schemes.
   */
  lacksIssuerKeys(): boolean | undefined;
  /** Stops refreshing. The authenticator keeps its credentials, and the client stays open. */
  stop(): void;
}

/**
 * Loads the caller's credential and refreshes it in the background. For some time after a rotation the previous
 * version is accepted, too, so that the identity server can be updated after the service.
 *
 * @throws Error with one sentence, without the secret, if it cannot be read at startup.
 */
export async function openActionCredential(
  source: ActionCredentialSource,
  options: ActionCredentialOptions,
): Promise<ActionCredential> {
  const { now = Date.now } = options;
  const verifiers = createTokenVerifiers({ ...options.oauth2, now });
  let current: Credential;
  const accept = (accepted: readonly AcceptedCredential[]) => {
    // The issuer of an expired previous version may no longer exist, so its keys are not loaded any more.
    const credentials = accepted.filter(
      ({ scheme, until }) => scheme !== 'oauth2' || until === undefined || now() < until,
    );
    verifiers.update(credentials.filter((credential) => credential.scheme === 'oauth2'));
    [current] = credentials as [Credential];
    return credentials;
  };
  const create = (accepted: readonly AcceptedCredential[]) =>
    createAuthenticator(accept(accepted), undefined, { ...options, getVerifier: verifiers.get });
  const toActionCredential = (
    authenticator: Authenticator,
    stop: () => void,
  ): ActionCredential => ({
    authenticator,
    lacksIssuerKeys: () => (current.scheme === 'oauth2' ? !verifiers.hasKeys(current) : undefined),
    stop() {
      stop();
      verifiers.stop();
    },
  });
  if ('json' in source) {
    const authenticator = create([parseCredential(source.json, 'ACTION_CREDENTIAL')]);
    await verifiers.ready();
    return toActionCredential(authenticator, () => undefined);
  }
  const secret = await openRotatingSecret<Credential>({
    ...options,
    ...source,
    parse: parseCredential,
    onChange: (accepted) => authenticator.update(accept(toCredentials(accepted))),
  });
  const authenticator = create(toCredentials(secret.accepted()));
  await verifiers.ready();
  return toActionCredential(authenticator, secret.stop);
}

function toCredentials({ current, previous }: AcceptedVersions<Credential>): AcceptedCredential[] {
  // Kept after its expiry, because the log has a specific reason for calls that still use it.
  return previous === undefined
    ? [current]
    : [current, { ...previous.value, until: previous.until }];
}
