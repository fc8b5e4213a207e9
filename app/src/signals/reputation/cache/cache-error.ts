import { errorName } from '../../../lib/error-name.ts';
import { TimeLimitExceeded } from '../../../lib/timeout.ts';

/** What the SDK hangs on an error, for the parts that matter here. All of it may be what the other side sent. */
interface ErrorFields {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
  readonly $response?: { readonly statusCode?: unknown };
}

/** Characters of a message of Node or of the SDK. */
const MAX_MESSAGE_LENGTH = 300;

/** Returns `timeout`, or the name of the SDK's error. Never throws, whatever the error consists of. */
export function reasonOf(error: unknown): string {
  if (error instanceof TimeLimitExceeded) return 'timeout';
  const { name, code } = fieldsOf(error);
  // The name of a connection's error says nothing, and a reset the SDK too calls TimeoutError; its code does.
  const isUnnamed = name === 'Error' || name === 'TimeoutError';
  if (isUnnamed && isText(code) && /^E(?!TIMEDOUT)/.test(code)) return nameIn(code);
  // The SDK's own names for a limit that its handler saw first.
  return name === 'TimeoutError' || name === 'AbortError' ? 'timeout' : nameIn(name);
}

/**
 * Returns a sentence about a failed call. Of what DynamoDB, or something in its place, sent it has the status
 * only: its own words may repeat the request, with the address and the task's session token.
 */
export function messageOf(error: unknown): string {
  const { code, message, $metadata, $response } = fieldsOf(error);
  const status = $metadata?.httpStatusCode ?? $response?.statusCode;
  if (status !== undefined || $response !== undefined) {
    const shown = Number.isInteger(status) ? `with status ${status}` : 'without a status';
    return `DynamoDB responded ${shown} (${reasonOf(error)}).`;
  }
  // Behind the first line the SDK explains itself to developers.
  const line = isText(message) ? (message.split('\n', 1)[0] ?? '') : '';
  // Refused on each of a name's addresses, Node's error has no message of its own.
  return line.slice(0, MAX_MESSAGE_LENGTH) || (isText(code) ? nameIn(code) : 'unknown');
}

function fieldsOf(error: unknown): ErrorFields {
  return typeof error === 'object' && error !== null ? error : {};
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function nameIn(value: unknown): string {
  return errorName(value) ?? 'unknown';
}
