import type { IssuedToken } from '../identity-server/index.ts';
import { formatSeconds } from './format.ts';

/** A property of the token, before and after the policy is applied. */
export interface TokenRow {
  readonly name: string;
  /** `null` if the token does not have the property. */
  readonly before: string | null;
  readonly after: string | null;
  readonly change: 'same' | 'changed' | 'added' | 'removed' | 'not issued';
}

/** Compares a token property by property. `after` is undefined if no token is issued. */
export function compareTokens(before: IssuedToken, after: IssuedToken | undefined): TokenRow[] {
  const propertiesBefore = propertiesOf(before);
  const propertiesAfter = after && propertiesOf(after);
  const names = new Set([...propertiesBefore.keys(), ...(propertiesAfter?.keys() ?? [])]);
  return [...names].map((name) => {
    const values = {
      before: propertiesBefore.get(name) ?? null,
      after: propertiesAfter?.get(name) ?? null,
    };
    return {
      name,
      ...values,
      change: after === undefined ? 'not issued' : changeOf(values.before, values.after),
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
  properties.set('Lifetime', formatLifetime(expiresIn));
  if (scopes.length > 0) properties.set('Scopes', scopes.join(' '));
  if (audience !== undefined) properties.set('Audience', [audience].flat().join(' '));
  for (const [name, value] of Object.entries(claims)) {
    if (name !== 'aud' && name !== 'expires_in') {
      properties.set(`Claim ${name}`, JSON.stringify(value) ?? 'null');
    }
  }
  if (refreshToken !== undefined) {
    properties.set('Refresh token', formatLifetime(refreshToken.expiresIn));
  }
  if (hiddenRefreshToken !== undefined) {
    const lifetime = formatLifetime(hiddenRefreshToken.expiresIn);
    properties.set(
      'Refresh token',
      `not in the response; an earlier one stays valid (${lifetime})`,
    );
  }
  if (scopes.includes('openid') && !token.removedParameters.includes('id_token')) {
    properties.set('ID token', 'in the response');
  }
  for (const [name, value] of Object.entries(token.responseParameters)) {
    properties.set(`Response parameter ${name}`, JSON.stringify(value) ?? 'null');
  }
  return properties;
}

function formatLifetime(seconds: number | undefined): string {
  if (seconds === undefined) return 'not stated';
  return seconds > 0 ? formatSeconds(seconds) : "the server's default";
}
