import type { Given } from '../given/given.ts';
import type { GivenFields } from './schema.ts';

/** -1 is the server's default lifetime. */
const SERVER_DEFAULT = -1;

/** Returns what a case states about the token request. */
export function requestOf(given: GivenFields): Given['request'] {
  const { lifetime, refresh_token: refresh } = given;
  const all = {
    contract: given.contract,
    grant: given.grant,
    client: given.client,
    requestedScopes: given.requested_scopes,
    scopes: given.scopes,
    audience: given.audience,
    claims: given.claims,
    headers: given.headers,
    params: given.params,
    user: given.user,
    tenant: given.tenant,
    organization: given.organization,
    lifetime: lifetime === 'unstated' ? SERVER_DEFAULT : lifetime,
    refreshLifetime: refresh === 'unstated' ? SERVER_DEFAULT : refresh,
  };
  const stated = Object.entries(all).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated) as Given['request'];
}

/** Claims, headers and parameters are merged by name, all else is replaced. */
export function mergeRequests(base: Given['request'], own: Given['request']): Given['request'] {
  const merged = { ...base, ...own };
  const claims = { ...base.claims, ...own.claims };
  const headers = { ...base.headers, ...own.headers };
  const params = { ...base.params, ...own.params };
  return {
    ...merged,
    ...(merged.claims && { claims }),
    ...(merged.headers && { headers }),
    ...(merged.params && { params }),
  };
}
