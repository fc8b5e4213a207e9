/** The parts of an error of an AWS client that findings are made of. */
interface AwsError extends Error {
  /** The IAM action that the request required: see `clients.ts`. */
  readonly action?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Error codes of a refused permission; services have different ones. */
const DENIED = /AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|^Forbidden$/i;

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i;

/** Returns the error code of an AWS service, or the name of another error. */
export function codeOf(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}

/** Returns whether an error has one of these codes. `NoSuchEntity` also matches `NoSuchEntityException`. */
export function hasCode(cause: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(codeOf(cause).replace(/Exception$/, ''));
}

/** Returns the IAM action that was refused, or `undefined` for any other error. */
export function deniedAction(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const { action, $metadata } = cause as AwsError;
  // S3 sends no code with the response to HEAD.
  const isForbidden = $metadata?.httpStatusCode === 403 && /^(?:Unknown|403)/.test(cause.name);
  return DENIED.test(cause.name) || isForbidden ? (action ?? 'an action') : undefined;
}

/** Returns one sentence that says why a check has no result, and what to do. */
export function describeFailure(cause: unknown): string {
  const denied = deniedAction(cause);
  if (denied !== undefined) {
    return `Not checked, because the credentials do not allow ${denied}: allow it, or check this yourself.`;
  }
  if (THROTTLED.test(codeOf(cause))) {
    return 'Not checked, because AWS throttled the request: run the command again.';
  }
  const { action } = cause as AwsError;
  const where = action === undefined ? '' : ` at ${action}`;
  const message = cause instanceof Error ? cause.message : String(cause);
  const firstLine = message.split('\n')[0]?.replace(/[.\s]+$/, '') || codeOf(cause);
  return `Not checked, because of an error${where}: ${firstLine}.`;
}
