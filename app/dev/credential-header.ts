import type { Settings } from '../src/config/settings.ts';
import { parseCredential } from '../src/credential/credential.ts';
import { credentialHeaders } from '../tools/requests/credential-headers.ts';

/** Printed instead of an access token, which only the issuer can create. */
export const TOKEN_PLACEHOLDER = 'Bearer <access token of the issuer>';

/** Returns the header with which the identity server would authenticate. */
export function credentialHeader({
  actionCredential,
}: Settings): readonly [name: string, value: string] {
  const json = 'json' in actionCredential ? actionCredential.json : '';
  const credential = parseCredential(json, 'ACTION_CREDENTIAL');
  if (credential.scheme === 'oauth2') return ['authorization', TOKEN_PLACEHOLDER];
  const [header = ['', '']] = Object.entries(credentialHeaders(credential));
  return header;
}
