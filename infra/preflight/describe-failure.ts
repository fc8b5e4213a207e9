import {
  type AwsError,
  codeOf,
  deniedAction,
  reasonOf,
  THROTTLED,
} from '../../app/tools/aws/aws-error.ts';

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
  return `Not checked, because of an error${where}: ${reasonOf(cause)}.`;
}
