import type { TokenRequest } from '../../../action/request.ts';

/** On whose behalf an address is looked up. */
export interface Caller {
  /** Identifies the client. Two organizations can have clients with the same id. */
  readonly client: string;
  /** Identifies the user of the token, or the client if there is none. Each subject has its own budget. */
  readonly subject: string;
  readonly hasUser: boolean;
  /** Name or id of the client's tenant, and the client's id, as in decision records. */
  readonly tenant: string;
  readonly clientId: string;
}

/** Returns the caller of a token request. A user without an id counts as its client. */
export function callerOf({ tenant, organization, clientId, user }: TokenRequest): Caller {
  const client = keyOf('client', tenant.id, organization?.id, clientId);
  const hasUser = user.id !== '';
  const organizationOfUser = user.organization ?? organization;
  return {
    client,
    subject: hasUser ? keyOf('user', tenant.id, organizationOfUser?.id, user.id) : client,
    hasUser,
    tenant: tenant.name || tenant.id,
    clientId,
  };
}

/** Joins ids, which may contain any character, so that different ids never have the same key. */
function keyOf(...ids: readonly (string | undefined)[]): string {
  return JSON.stringify(ids);
}
