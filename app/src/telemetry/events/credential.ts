import type { LogThrottle } from '../../lib/log-throttle.ts';
import type { Logger } from '../log.ts';
import { createThrottledWarnings } from './throttled-warnings.ts';

/** A use of the previous version of a rotated secret. */
interface PreviousCredentialUse {
  /** The setting that names the secret. */
  readonly secret: string;
  /** Until when that version is accepted, in milliseconds since the epoch. */
  readonly until: number;
}

/**
 * Creates the log of uses of the previous version of a rotated secret, which warns of each secret: the first
 * time at once, then once a minute.
 *
 * @param now milliseconds since the epoch.
 */
export function createPreviousCredentialLog(
  log: Logger,
  now: () => number,
): LogThrottle<PreviousCredentialUse> {
  return createThrottledWarnings(log, now, ({ secret, until }, counts) => {
    const endsAt = new Date(until).toISOString();
    return {
      event: 'previous-credential-used',
      secret,
      ...counts,
      ends_at: endsAt,
      msg: `The previous version of ${secret} is still used. It is accepted until ${endsAt}: finish the rotation before (docs/credentials.md).`,
    };
  });
}

/** A failure to load the keys of an access token issuer. */
interface IssuerKeysFailure {
  readonly issuer: string;
  readonly why: string;
}

/**
 * Creates the log of failures to load the keys of access token issuers, which warns of each issuer: the first
 * time at once, then once a minute.
 *
 * @param now milliseconds since the epoch.
 */
export function createIssuerKeysLog(
  log: Logger,
  now: () => number,
): LogThrottle<IssuerKeysFailure> {
  return createThrottledWarnings(log, now, ({ issuer, why }, counts) => ({
    event: 'issuer-keys-failed',
    issuer,
    why,
    ...counts,
  }));
}

/** Times in milliseconds. */
export interface RotationSettings {
  readonly secretsRefresh: number;
  readonly credentialPreviousTtl: number;
}

/** Warns if the previous version of a secret expires before every task has read the new one. */
export function warnAboutRotation(log: Logger, settings: RotationSettings): void {
  const { credentialPreviousTtl, secretsRefresh } = settings;
  // 0 revokes the previous version at once, on purpose.
  if (credentialPreviousTtl === 0 || credentialPreviousTtl >= 2 * secretsRefresh) return;
  log.warn({
    event: 'previous-credential-ends-early',
    msg: `CREDENTIAL_PREVIOUS_TTL is ${credentialPreviousTtl / 1000} s, less than twice SECRETS_REFRESH_INTERVAL (${secretsRefresh / 1000} s): a rotation leaves no time to change the identity server. Make it longer.`,
  });
}
