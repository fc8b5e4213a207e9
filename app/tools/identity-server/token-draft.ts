import type { ActionRequest } from './action-request.ts';
import type { IssuedToken } from './outcome.ts';
import { withoutPrototype } from './values.ts';

/** The token while operations are applied. */
export interface TokenDraft {
  expiresIn: number | undefined;
  scopes: string[];
  audience: string[] | string | undefined;
  /** Without `aud` and `expires_in`, which are separate fields. */
  claims: Map<string, unknown>;
  refreshExpiresIn: number | undefined;
  responseParameters: Map<string, unknown>;
  removedParameters: Set<string>;
}

/** Returns the token without any operation applied. */
export function createDraft(request: ActionRequest): TokenDraft {
  const { audience } = request;
  const claims = new Map(
    [...request.claims].map(([name, value]) => [name, Array.isArray(value) ? [...value] : value]),
  );
  claims.delete('aud');
  claims.delete('expires_in');
  return {
    expiresIn: seconds(request.claims),
    scopes: [...request.scopes],
    audience: audience === undefined || typeof audience === 'string' ? audience : [...audience],
    claims,
    refreshExpiresIn: seconds(request.refreshClaims),
    responseParameters: new Map(),
    removedParameters: new Set(),
  };
}

/** Returns the issued token. */
export function toIssuedToken(draft: TokenDraft, request: ActionRequest): IssuedToken {
  const removed = new Set(draft.removedParameters);
  if (losesIdToken(draft, request)) removed.add('id_token');
  const claims = new Map(draft.claims);
  if (draft.audience !== undefined) claims.set('aud', draft.audience);
  if (draft.expiresIn !== undefined) claims.set('expires_in', draft.expiresIn);
  const refreshToken =
    request.refreshClaims === undefined ? undefined : { expiresIn: draft.refreshExpiresIn };
  const hidden = removed.has('refresh_token');
  return {
    expiresIn: draft.expiresIn,
    scopes: draft.scopes,
    audience: draft.audience,
    claims: withoutPrototype(claims),
    refreshToken: hidden ? undefined : refreshToken,
    hiddenRefreshToken: hidden ? refreshToken : undefined,
    responseParameters: withoutPrototype(draft.responseParameters),
    removedParameters: [...removed],
  };
}

/** Whether there is no ID token because the action removed the scope `openid`. */
function losesIdToken(draft: TokenDraft, request: ActionRequest): boolean {
  return (
    request.scopes.includes('openid') &&
    !draft.scopes.includes('openid') &&
    (request.responseParameters?.includes('id_token') ?? true)
  );
}

function seconds(claims: ReadonlyMap<string, unknown> | undefined): number | undefined {
  const value = claims?.get('expires_in');
  return typeof value === 'number' ? value : undefined;
}
