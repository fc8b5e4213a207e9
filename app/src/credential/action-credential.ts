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
import { createTokenVerifiers, type TokenVerifiersOptions } from './oauth2/token-verifiers.ts';

/** The credential's JSON itself, or the secret that holds it. */
export type ActionCredentialSource =
  | { readonly json: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface ActionCredentialOptions extends RefreshHooks, AuthenticatorOptions {
  /** How long the previous version is accepted, in milliseconds; 0 for not at all. @default 24 h */
  readonly previousTtl?: number;
  /** Of the verification of access tokens. */
  readonly oauth2?: Omit<TokenVerifiersOptions, 'now'>;
}

export interface ActionCredential {
  readonly authenticator: Authenticator;
  /**
   * Whether no access token can be verified, as the keys of the current credential's issuer are missing;
   * `undefined` for other schemes.
   */
  lacksIssuerKeys(): boolean | undefined;
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
  const { now = Date.now } = options;
  const verifiers = createTokenVerifiers({ ...options.oauth2, now });
  let current: Credential;
  const accept = (accepted: readonly AcceptedCredential[]) => {
    // The issuer of a previous version that has ended may be gone: its keys are not asked for any more.
    const credentials = accepted.filter(
      ({ scheme, until }) => scheme !== 'oauth2' || until === undefined || now() < until,
    );
    verifiers.update(credentials.filter((each) => each.scheme === 'oauth2'));
    [current] = credentials as [Credential];
    return credentials;
  };
  const create = (accepted: readonly AcceptedCredential[]) =>
    createAuthenticator(accept(accepted), undefined, { ...options, verifierOf: verifiers.of });
  const opened = (authenticator: Authenticator, stop: () => void): ActionCredential => ({
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
    return opened(authenticator, () => undefined);
  }
  const secret = await openRotatingSecret<Credential>({
    ...options,
    ...source,
    parse: parseCredential,
    onChange: (accepted) => authenticator.update(accept(credentialsOf(accepted))),
  });
  const authenticator = create(credentialsOf(secret.accepted()));
  await verifiers.ready();
  return opened(authenticator, secret.stop);
}

function credentialsOf({ current, previous }: AcceptedVersions<Credential>): AcceptedCredential[] {
  // Also after its end, as a call that still shows it is worth a word of its own in the log.
  return previous === undefined
    ? [current]
    : [current, { ...previous.value, until: previous.until }];
}
