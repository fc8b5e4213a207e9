import { errorName } from '../../../lib/error-name.ts';
import { TimeLimitError } from '../../../lib/timeout.ts';

/** The fields of an SDK error that matter here. The other side may have sent any of them. */
interface ErrorFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly statusCode?: unknown };
}

/** Characters of a message of Node or of the SDK. */
const MAX_MESSAGE_LENGTH = 300;

/** Returns `timeout`, or the name of the SDK's error. Never throws, whatever was thrown. */
export function errorReason(error: unknown): string {
  if (error instanceof TimeLimitError) return 'timeout';
  const { name, code } = fieldsOf(error);
  // The SDK names a connection reset TimeoutError, and Node names all connection errors Error: only the code differs.
  const isUnspecific = name === 'Error' || name === 'TimeoutError';
  if (isUnspecific && isString(code) && /^E(?!TIMEDOUT)/.test(code)) return safeName(code);
  // The SDK's own names for a timeout that its request handler detected first.
  return name === 'TimeoutError' || name === 'AbortError' ? 'timeout' : safeName(name);
}

/**
 * Describes a failed call in one sentence. Of a response it repeats the status only: its text may quote
 * the request, with the address and the task's session token.
 */
export function safeErrorMessage(error: unknown): string {
  const { code, message, $metadata, $response } = fieldsOf(error);
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status !== undefined || $response !== undefined) {
    const shown = Number.isInteger(status) ? `with status ${status}` : 'without a status';
    return `DynamoDB responded ${shown} (${errorReason(error)}).`;
  }
  // The SDK's hints for developers follow the first line.
  const line = isString(message) ? (message.split('\n', 1)[0] ?? '') : '';
  // If every address of a host name refuses the connection, Node's error has no message.
  return line.slice(0, MAX_MESSAGE_LENGTH) || (isString(code) ? safeName(code) : 'unknown');
}

function fieldsOf(error: unknown): ErrorFields {
  return typeof error === 'object' && error !== null ? error : {};
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function safeName(value: unknown): string {
  return errorName(value) ?? 'unknown';
}
