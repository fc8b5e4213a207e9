import { LogThrottle } from '../../lib/log-throttle.ts';
import type { Logger } from '../log.ts';

/** Time between two lines about one secret or issuer. */
const INTERVAL_MS = 60_000;

/**
 * Returns a function that warns that the previous version of a rotated secret is still used, and until when
 * it is accepted: the first time at once, then once a minute. Secrets are named by their setting.
 *
 * @param now milliseconds since the epoch.
 */
export function createPreviousCredentialWarning(
  log: Logger,
  now: () => number,
): (secret: string, until: number) => void {
  const uses = new LogThrottle<{ readonly secret: string; readonly until: number }>({
    intervalMs: INTERVAL_MS,
    now,
    write({ secret, until }, { count, since }) {
      const endsAt = new Date(until).toISOString();
      log.warn({
        event: 'previous-credential-used',
        secret,
        count,
        since: since === undefined ? undefined : new Date(since).toISOString(),
        ends_at: endsAt,
        msg: `The previous version of ${secret} is still used. It is accepted until ${endsAt}: finish the rotation before (docs/credentials.md).`,
      });
    },
  });
  return (secret, until) => uses.add(secret, { secret, until });
}

/**
 * Returns a function that warns that the keys of an access token issuer cannot be loaded: the first time at
 * once, then once a minute.
 *
 * @param now milliseconds since the epoch.
 */
export function createIssuerKeysWarning(
  log: Logger,
  now: () => number,
): (failure: { readonly issuer: string; readonly why: string }) => void {
  const failures = new LogThrottle<{ readonly issuer: string; readonly why: string }>({
    intervalMs: INTERVAL_MS,
    now,
    write: ({ issuer, why }, { count, since }) =>
      log.warn({
        event: 'issuer-keys-failed',
        issuer,
        why,
        count,
        since: since === undefined ? undefined : new Date(since).toISOString(),
      }),
  });
  return (failure) => failures.add(failure.issuer, failure);
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
