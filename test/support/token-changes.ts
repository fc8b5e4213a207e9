import type { IssuedToken } from '../../app/dev/simulator/identity-server/index.ts';

/** What an effect is meant to make of the token that would be issued without it. */
export type Change = (before: IssuedToken) => Partial<IssuedToken>;

export const unchanged: Change = () => ({});

/** Changes one after the other. */
export function all(...changes: readonly Change[]): Change {
  return (before) => {
    let token = before;
    for (const change of changes) token = { ...token, ...change(token) };
    return token;
  };
}

export function lifetimeUpTo(seconds: number): Change {
  return ({ expiresIn }) => ({ expiresIn: atMost(seconds, expiresIn) });
}

export function refreshLifetimeUpTo(seconds: number): Change {
  return ({ refreshToken }) => ({
    refreshToken: refreshToken && { expiresIn: atMost(seconds, refreshToken.expiresIn) },
  });
}

/** No refresh token in the response; the server keeps it as it is. */
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

/** Only a list of audiences can be changed. */
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

/** The token after a change. */
export function changed(before: IssuedToken, change: Change): IssuedToken {
  return comparable({ ...before, ...change(before) });
}

/**
 * A token in a form in which equal ones are equal: without the claims `aud` and `expires_in`, which the token
 * has as fields of its own, and without the ID token, which follows from the scopes.
 */
export function comparable(token: IssuedToken): IssuedToken {
  const { aud: _, expires_in: __, ...claims } = token.claims;
  return {
    ...token,
    claims,
    removedParameters: token.removedParameters.filter((name) => name !== 'id_token'),
  };
}

/** Whether a token lacks something that the other one has, other than values of claims. */
export function isNarrower(token: IssuedToken, before: IssuedToken): boolean {
  const { claims } = comparable(token);
  return (
    below(token.expiresIn, before.expiresIn) ||
    (before.refreshToken !== undefined &&
      (token.refreshToken === undefined ||
        below(token.refreshToken.expiresIn, before.refreshToken.expiresIn))) ||
    before.scopes.some((scope) => !token.scopes.includes(scope)) ||
    [before.audience ?? []].flat().some((one) => !token.audience?.includes(one)) ||
    Object.keys(comparable(before).claims).some((name) => !(name in claims))
  );
}

function atMost(seconds: number, lifetime: number | undefined): number {
  return Math.min(seconds, lifetime ?? Number.POSITIVE_INFINITY);
}

function below(seconds: number | undefined, others: number | undefined): boolean {
  return (seconds ?? 0) < (others ?? 0);
}
