import type { KeyObject } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  type AcceptedVersions,
  openRotatingSecret,
  type RotatingSecretOptions,
} from '../../secrets/rotating-secret.ts';
import { parseSignatureSecret, type SignatureKey } from './signature.ts';

/** The secret with which the operator's edge signs addresses, or its ARN. */
export type SignatureSecretSource =
  | { readonly secret: string }
  | { readonly secretArn: string; readonly client: SecretsManagerClient };

export interface SignatureKeys {
  /** Returns the keys as of the last successful refresh, the current one first. */
  keys(): readonly SignatureKey[];
  /** Stops refreshing. The keys stay usable, and the client stays open. */
  stop(): void;
}

export type SignatureKeysOptions = Omit<
  RotatingSecretOptions<KeyObject>,
  'client' | 'secretArn' | 'parse' | 'onChange'
>;

/**
 * Loads the secret with which the operator's edge signs addresses, and refreshes it in the background. For some
 * time after a rotation the previous version is accepted, too, so that the edge can be updated after the service.
 *
 * @throws Error with one sentence, without the secret, if it cannot be read at startup.
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
