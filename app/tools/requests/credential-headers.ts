import type { SharedSecret } from '../../src/credential/credential.ts';

/** Returns the headers with which the identity server sends a credential. */
export function credentialHeaders(credential: SharedSecret): Readonly<Record<string, string>> {
  switch (credential.scheme) {
    case 'api-key':
      return { [credential.header]: credential.secret };
    case 'bearer':
      return { authorization: `Bearer ${credential.secret}` };
    case 'basic': {
      const pair = `${credential.username}:${credential.secret}`;
      return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
    }
  }
}
