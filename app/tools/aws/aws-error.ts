/** The parts of an error of an AWS client that messages are made of. */
export interface AwsError extends Error {
  /** The IAM action that the request required, if the client adds it. */
  readonly action?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Error codes of a refused permission; services have different ones. */
const DENIED = /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|^Forbidden$/i;

/** Returns the error code of an AWS service, or the name of another error. */
export function codeOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}

/** Returns whether an error has one of these codes. `NoSuchEntity` also matches `NoSuchEntityException`. */
export function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(cause).replace(/Exception$/, ''));
}

/** Matches error codes of throttled requests; services have different ones. */
export const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i;

/** Returns the first line of an error's message, without its full stop; its code if the message is empty. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.split('\n')[0]?.replace(/[.\s]+$/, '') || codeOf(cause);
}

/** Returns the IAM action that was refused, or `undefined` for any other error. */
export function deniedAction(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { action, $metadata } = cause as AwsError;
  // S3 sends no code with the response to HEAD.
  const isForbidden = $metadata?.httpStatusCode === 403 && /^(?:Unknown|403)/.test(cause.name);
  return DENIED.test(cause.name) || isForbidden ? (action ?? 'an action') : undefined;
}
