import type { TokenRequest } from '../../../action/request.ts';

/** On whose behalf an address is looked up. */
export interface Caller {
  /** The client, within its tenant. */
  readonly client: string;
  /** The user of the token, or the client if there is none. Each has its own budget. */
  readonly subject: string;
  readonly hasUser: boolean;
}

/** Returns the caller of a token request. A user without an id counts as its client. */
export function callerOf({ tenant, clientId, user }: TokenRequest): Caller {
  const client = `${tenant.id}/${clientId}`;
  const hasUser = user.id !== '';
  return { client, hasUser, subject: hasUser ? `${tenant.id}/user/${user.id}` : client };
}
