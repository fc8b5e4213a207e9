import { MAX_DESCRIPTION_LENGTH, MAX_REASON_LENGTH, toAllowedText } from './characters.ts';
import type { Operation } from './operation.ts';

/** Statuses with which the identity server reads an ERROR body, and does not ask again. */
export type ErrorStatus = 400 | 401 | 500;

/** The reasons that the identity server does not pass on as a plain refusal (HTTP 400) to the client. */
export const FORBIDDEN_REASONS: ReadonlySet<string> = new Set([
  'server_error',
  'internal_server_error',
  '500',
  'invalid_client',
  'sql_error',
]);

/** The answer to most requests: the token is issued as it is. */
export const PLAIN_SUCCESS = '{"actionStatus":"SUCCESS"}';

/** The body that lets the token be issued, changed by the operations. To be sent with HTTP 200. */
export function successBody(operations: readonly Operation[]): string {
  if (operations.length === 0) return PLAIN_SUCCESS;
  return JSON.stringify({ actionStatus: 'SUCCESS', operations });
}

/**
 * The body that refuses the token. To be sent with HTTP 200: with any other status it is no refusal.
 * The description is never empty, for without one the client gets a 200 that holds no token.
 */
export function failedBody(reason: string, description: string): string {
  return JSON.stringify({
    actionStatus: 'FAILED',
    failureReason: toAllowedText(reason, MAX_REASON_LENGTH),
    failureDescription: toAllowedText(description, MAX_DESCRIPTION_LENGTH) || 'Access is denied.',
  });
}

/** The body of a request that could not be decided. To be sent with an `ErrorStatus` only. */
export function errorBody(message: string, description: string): string {
  return JSON.stringify({
    actionStatus: 'ERROR',
    errorMessage: toAllowedText(message, MAX_REASON_LENGTH),
    errorDescription: toAllowedText(description, MAX_DESCRIPTION_LENGTH) || 'The request failed.',
  });
}
