import type { IncomingMessage } from 'node:http';
import { joinedHeader } from './joined-header.ts';

/** The header with which the identity server names the major version of the action, such as `v1`. */
export const API_VERSION_HEADER = 'x-wso2-api-version';

const VERSION = /^[A-Za-z0-9][A-Za-z0-9._-]{0,15}$/;

/** Returns the version that a call names; `invalid` for anything but a short name, `undefined` without the header. */
export function apiVersionOf(incoming: IncomingMessage): string | undefined {
  const value = joinedHeader(incoming, API_VERSION_HEADER);
  return value === undefined || VERSION.test(value) ? value : 'invalid';
}
