import { MAX_DESCRIPTION_LENGTH, MAX_REASON_LENGTH, toAllowedText } from './characters.ts';
import type { Operation } from './operation.ts';

/** Statuses with which the identity server reads an ERROR body and does not retry. */
export type ErrorStatus = 400 | 401 | 500;

/** Reasons that the identity server does not turn into a plain refusal (HTTP 400) for the client. */
export const FORBIDDEN_REASONS: ReadonlySet<string> = new Set([
  'server_error',
  'internal_server_error',
  '500',
  'invalid_client',
  'sql_error',
]);

/** The most common response body: the token is issued unchanged. */
export const PLAIN_SUCCESS = '{"actionStatus":"SUCCESS"}';

/** Returns the body that issues the token, changed by the operations. Must be sent with HTTP 200. */
export function successBody(operations: readonly Operation[]): string {
  if (operations.length === 0) return PLAIN_SUCCESS;
  return JSON.stringify({ actionStatus: 'SUCCESS', operations });
}

/**
 * Returns the body that refuses the token. Must be sent with HTTP 200: with any other status it is not a
 * refusal. The description is never empty, because without one the client gets a 200 without a token.
 */
export function failedBody(reason: string, description: string): string {
  return JSON.stringify({
    actionStatus: 'FAILED',
    failureReason: toAllowedText(reason, MAX_REASON_LENGTH),
    failureDescription: toAllowedText(description, MAX_DESCRIPTION_LENGTH) || 'Access is denied.',
  });
}

/** Returns the body for a request that could not be decided on. Must be sent with an `ErrorStatus`. */
export function errorBody(message: string, description: string): string {
  return JSON.stringify({
    actionStatus: 'ERROR',
    errorMessage: toAllowedText(message, MAX_REASON_LENGTH),
    errorDescription: toAllowedText(description, MAX_DESCRIPTION_LENGTH) || 'The request failed.',
  });
}
