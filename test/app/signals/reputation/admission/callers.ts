import { readTokenRequest } from '../../../../../app/src/action/request.ts';
import {
  type Caller,
  callerOf,
} from '../../../../../app/src/signals/reputation/admission/caller.ts';

export interface CallerFields {
  readonly tenant?: { readonly id: string; readonly name?: string };
  readonly organization?: string;
  readonly user?: string;
  readonly userOrganization?: string;
  readonly client: string;
}

/** Returns the caller of a request with these ids. */
export function caller(fields: CallerFields): Caller {
  const { tenant = { id: '1' }, organization, user: userId, userOrganization } = fields;
  const event = {
    accessToken: {},
    request: { clientId: fields.client },
    tenant,
    ...(organization !== undefined && { organization: { id: organization } }),
    user: {
      ...(userId !== undefined && { id: userId }),
      ...(userOrganization !== undefined && { organization: { id: userOrganization } }),
    },
  };
  return callerOf(
    readTokenRequest(JSON.stringify({ actionType: 'PRE_ISSUE_ACCESS_TOKEN', event })),
  );
}

/** Returns a client that acts for no user. */
export function client(id: string): Caller {
  return caller({ client: id });
}

/** Returns a user of a client. */
export function user(id: string, ofClient = 'app'): Caller {
  return caller({ client: ofClient, user: id });
}
