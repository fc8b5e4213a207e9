import type { IssuedToken } from '../../app/tools/identity-server/index.ts';

/** The expected change of a token by an effect. */
export type Change = (before: IssuedToken) => Partial<IssuedToken>;

export const unchanged: Change = () => ({});

/** Combines changes in order. */
export function all(...changes: readonly Change[]): Change {
  return (before) => {
    let token = before;
    for (const change of changes) token = { ...token, ...change(token) };
    return token;
  };
}

export function lifetimeUpTo(seconds: number): Change {
  return ({ expiresIn }) => ({ expiresIn: minLifetime(seconds, expiresIn) });
}

export function refreshLifetimeUpTo(seconds: number): Change {
  return ({ refreshToken }) => ({
    refreshToken: refreshToken && { expiresIn: minLifetime(seconds, refreshToken.expiresIn) },
  });
}

/** The response has no refresh token; the server keeps it unchanged. */
export const withoutRefreshToken: Change = ({ refreshToken }) =>
  refreshToken
    ? {
        refreshToken: undefined,
        hiddenRefreshToken: refreshToken,
        removedParameters: ['refresh_token'],
      }
    : {};

export function withoutScopes(pattern: RegExp): Change {
  return ({ scopes }) => ({ scopes: scopes.filter((scope) => !pattern.test(scope)) });
}

export function withScopes(...added: readonly string[]): Change {
  return ({ scopes }) => ({ scopes: [...new Set([...scopes, ...added])] });
}

/** The server changes audiences only if they are a list. */
export function withoutAudience(pattern: RegExp): Change {
  return ({ audience }) =>
    Array.isArray(audience) ? { audience: audience.filter((one) => !pattern.test(one)) } : {};
}

export function withAudience(...added: readonly string[]): Change {
  return ({ audience }) =>
    Array.isArray(audience) ? { audience: [...new Set([...audience, ...added])] } : {};
}

export function withoutClaims(pattern: RegExp): Change {
  return ({ claims }) => ({
    claims: Object.fromEntries(Object.entries(claims).filter(([name]) => !pattern.test(name))),
  });
}

export function withClaims(set: Readonly<Record<string, unknown>>): Change {
  return ({ claims }) => ({ claims: { ...claims, ...set } });
}

/** Returns the token after a change. */
export function changed(before: IssuedToken, change: Change): IssuedToken {
  return comparable({ ...before, ...change(before) });
}

/**
 * Returns a token in a form that can be compared: without the claims `aud` and `expires_in`, which are also fields
 * of the token, and without the ID token, which depends on the scopes.
 */
export function comparable(token: IssuedToken): IssuedToken {
  const { aud: _, expires_in: __, ...claims } = token.claims;
  return {
    ...token,
    claims,
    removedParameters: token.removedParameters.filter((name) => name !== 'id_token'),
  };
}

/** Returns whether a token lacks something that the other one has, apart from values of claims. */
export function isNarrower(token: IssuedToken, before: IssuedToken): boolean {
  const { claims } = comparable(token);
  return (
    isShorter(token.expiresIn, before.expiresIn) ||
    (before.refreshToken !== undefined &&
      (token.refreshToken === undefined ||
        isShorter(token.refreshToken.expiresIn, before.refreshToken.expiresIn))) ||
    before.scopes.some((scope) => !token.scopes.includes(scope)) ||
    [before.audience ?? []].flat().some((one) => !token.audience?.includes(one)) ||
    Object.keys(comparable(before).claims).some((name) => !(name in claims))
  );
}

function minLifetime(seconds: number, lifetime: number | undefined): number {
  return Math.min(seconds, lifetime ?? Number.POSITIVE_INFINITY);
}

function isShorter(seconds: number | undefined, others: number | undefined): boolean {
  return (seconds ?? 0) < (others ?? 0);
}
