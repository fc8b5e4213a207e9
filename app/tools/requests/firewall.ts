import { parseJson } from '../actions-api/parse-answer.ts';

/** Returns whether a response is the refusal of the stack's own firewall, which has a status and a body of its own. */
export function isFirewallRefusal(status: number, body: string): boolean {
  const { actionStatus, errorMessage } = (parseJson(body) ?? {}) as Record<string, unknown>;
  return status === 503 && actionStatus === 'ERROR' && errorMessage === 'firewall';
}
