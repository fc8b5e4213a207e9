import type { Settings } from '../src/config/settings.ts';
import { parseCredential } from '../src/credential/credential.ts';

/** Printed instead of an access token, which only the issuer can create. */
export const TOKEN_PLACEHOLDER = 'Bearer <access token of the issuer>';

/** Returns the header with which the identity server would authenticate. */
export function credentialHeader({
  actionCredential,
}: Settings): readonly [name: string, value: string] {
  const json = 'json' in actionCredential ? actionCredential.json : '';
  const credential = parseCredential(json, 'ACTION_CREDENTIAL');
  if (credential.scheme === 'api-key') return [credential.header, credential.secret];
  if (credential.scheme === 'bearer') return ['authorization', `Bearer ${credential.secret}`];
  if (credential.scheme === 'oauth2') return ['authorization', TOKEN_PLACEHOLDER];
  const pair = Buffer.from(`${credential.username}:${credential.secret}`).toString('base64');
  return ['authorization', `Basic ${pair}`];
}
