import { codeOf, deniedAction, reasonOf, THROTTLED } from './aws-error.ts';

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /^CredentialsProviderError$/,
    'there are no AWS credentials: log in, or name a profile with --profile',
  ],
  [/ExpiredToken|RequestExpired/, 'the AWS credentials have expired: log in again'],
  [
    /InvalidClientTokenId|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch/,
    'AWS does not accept the credentials: log in again',
  ],
  [THROTTLED, 'AWS throttled the request: run the command again'],
  [
    /^(?:TimeoutError|NetworkingError)$|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN/,
    'AWS cannot be reached: check the network, the proxy and the region',
  ],
];

/**
 * Returns one sentence that says what failed, why, and what to do.
 *
 * @param what the beginning of the sentence, such as `The stack RiskGate cannot be read`.
 */
export function describeAwsFailure(cause: unknown, what: string): string {
  const denied = deniedAction(cause);
  if (denied !== undefined) {
    return `${what}, because the credentials do not allow ${denied}: use other credentials, or allow it.`;
  }
  const code = (cause as { code?: unknown } | undefined)?.code;
  const remedy = REMEDIES.find(
    ([pattern]) => pattern.test(codeOf(cause)) || (typeof code === 'string' && pattern.test(code)),
  )?.[1];
  if (remedy !== undefined) return `${what}, because ${remedy}.`;
  return `${what}: ${reasonOf(cause)}.`;
}
