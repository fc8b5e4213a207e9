import type { IssuedToken } from '../simulator/identity-server/index.ts';
import { formatSeconds } from './format.ts';

/** One property of the token, without and with what the policy does to it. */
export interface TokenRow {
  readonly name: string;
  /** `null` when the token does not have it. */
  readonly before: string | null;
  readonly after: string | null;
  readonly change: 'same' | 'changed' | 'added' | 'removed' | 'not issued';
}

/** What the policy does to a token, property by property. `after` is absent when no token is issued. */
export function compareTokens(before: IssuedToken, after: IssuedToken | undefined): TokenRow[] {
  const [old, fresh] = [propertiesOf(before), after && propertiesOf(after)];
  const names = new Set([...old.keys(), ...(fresh?.keys() ?? [])]);
  return [...names].map((name) => {
    const values = { before: old.get(name) ?? null, after: fresh?.get(name) ?? null };
    return {
      name,
      ...values,
      change: fresh === undefined ? 'not issued' : changeOf(values.before, values.after),
    };
  });
}

function changeOf(before: string | null, after: string | null): TokenRow['change'] {
  if (before === after) return 'same';
  if (before === null) return 'added';
  return after === null ? 'removed' : 'changed';
}

function propertiesOf(token: IssuedToken): Map<string, string> {
  const { expiresIn, scopes, audience, claims, refreshToken, hiddenRefreshToken } = token;
  const properties = new Map<string, string>();
  properties.set('Lifetime', lifetime(expiresIn));
  if (scopes.length > 0) properties.set('Scopes', scopes.join(' '));
  if (audience !== undefined) properties.set('Audience', [audience].flat().join(' '));
  for (const [name, value] of Object.entries(claims)) {
    if (name !== 'aud' && name !== 'expires_in') {
      properties.set(`Claim ${name}`, JSON.stringify(value) ?? 'null');
    }
  }
  if (refreshToken !== undefined) {
    properties.set('Refresh token', lifetime(refreshToken.expiresIn));
  }
  if (hiddenRefreshToken !== undefined) {
    const seconds = lifetime(hiddenRefreshToken.expiresIn);
    properties.set(
      'Refresh token',
      `not in the response; one from before stays valid (${seconds})`,
    );
  }
  if (scopes.includes('openid') && !token.removedParameters.includes('id_token')) {
    properties.set('ID token', 'goes with it');
  }
  for (const [name, value] of Object.entries(token.responseParameters)) {
    properties.set(`Response parameter ${name}`, JSON.stringify(value) ?? 'null');
  }
  return properties;
}

function lifetime(seconds: number | undefined): string {
  if (seconds === undefined) return 'not stated';
  return seconds > 0 ? formatSeconds(seconds) : "the server's default";
}
