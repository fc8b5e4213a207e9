import { type AwsError, codeOf, deniedAction } from '../../app/tools/aws/aws-error.ts';

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/i;

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
