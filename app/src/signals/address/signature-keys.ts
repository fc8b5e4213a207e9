import type { KeyObject } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  type AcceptedVersions,
  openRotatingSecret,
  type RotatingSecretOptions,
} from '../../secrets/rotating-secret.ts';
import { parseSignatureSecret, type SignatureKey } from './signature.ts';

/** The secret with which the operator's edge signs addresses, or where it is. */
export type SignatureSecretSource =
  | { readonly secret: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface SignatureKeys {
  /** Returns the keys as of the last good refresh, the current one first. */
  keys(): readonly SignatureKey[];
  /** Ends the refreshing. The keys stay; so does the client. */
  stop(): void;
}

export type SignatureKeysOptions = Omit<
  RotatingSecretOptions<KeyObject>,
  'client' | 'secretArn' | 'parse' | 'onChange'
>;

/**
 * Loads the secret with which the operator's edge signs addresses, and keeps it fresh. For some time
 * after a rotation the previous version counts too, so that the edge can be given the new one after us.
 *
 * @throws Error, one sentence without the secret, when it cannot be read at start.
 */
export async function openSignatureKeys(
  source: SignatureSecretSource,
  options: SignatureKeysOptions,
): Promise<SignatureKeys> {
  if ('secret' in source) {
    const keys = [{ key: parseSignatureSecret(source.secret, 'ADDRESS_SIGNATURE_SECRET') }];
    return { keys: () => keys, stop: () => undefined };
  }
  const secret = await openRotatingSecret<KeyObject>({
    ...options,
    ...source,
    parse: parseSignatureSecret,
    onChange: (accepted) => {
      keys = keysOf(accepted);
    },
  });
  let keys = keysOf(secret.accepted());
  return { keys: () => keys, stop: secret.stop };
}

function keysOf({ current, previous }: AcceptedVersions<KeyObject>): readonly SignatureKey[] {
  if (previous === undefined) return [{ key: current }];
  return [{ key: current }, { key: previous.value, until: previous.until }];
}
