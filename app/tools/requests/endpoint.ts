import { isSecure } from '../actions-api/target.ts';
import { UsageError } from '../errors.ts';

/**
 * Returns the URL of an action's endpoint unchanged if it may receive the credential.
 *
 * @throws UsageError, which does not repeat the URL, because it may contain a password.
 */
export function checkEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const hasSecret = url && (url.username || url.password || url.search || url.hash);
  if (url === undefined || hasSecret || /\s/.test(text)) {
    throw new UsageError(
      '--endpoint must be a URL without user, query and fragment, such as https://gate.example.com/pre-issue-access-token.',
    );
  }
  if (!isSecure(url)) {
    throw new UsageError(
      '--endpoint must begin with https://, because the credential is sent there.',
    );
  }
  return text;
}
