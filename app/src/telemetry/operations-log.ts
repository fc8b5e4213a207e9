import { LogThrottle } from '../lib/log-throttle.ts';
import type { Policy } from '../policy/compile.ts';
import type { ApiKey } from '../secrets/api-key.ts';
import {
  BUNDLED_NOTICE,
  type GeoDatabase,
  isBundledGeoDatabase,
  type MmdbInfo,
} from '../signals/geo/database.ts';
import type { CheckReport, ReputationHooks } from '../signals/reputation/hooks.ts';
import type { CheckCause } from '../signals/reputation/reputation.ts';
import type { Logger } from './log.ts';

/**
 * What an operator should know of the reputation lookup: changes of state, and failures with their cause.
 *
 * @param now milliseconds since the epoch.
 */
export function reputationHooks(log: Logger, now: () => number): ReputationHooks {
  const failedChecks = new LogThrottle<CheckCause>(now);
  return {
    onCircuitState(change) {
      if (change.state === 'closed') {
        log.info({ event: 'abuseipdb-circuit-closed' });
        return;
      }
      const until = new Date(change.until).toISOString();
      // A wrong key or plan does not mend itself; the others do.
      const level = change.cause === 'auth' ? 'error' : 'warn';
      log[level]({ event: 'abuseipdb-circuit-open', cause: change.cause, until });
    },
    onCacheState(change) {
      if (change.state === 'closed') {
        log.info({ event: 'cache-circuit-closed' });
        return;
      }
      const until = new Date(change.until).toISOString();
      log.warn({ event: 'cache-circuit-open', reason: change.cause, until });
    },
    onCacheFailure: (failure) => log.warn({ event: 'cache-failure', ...failure }),
    onCheck(check) {
      log.debug({ event: 'check', ...check });
      warnAboutCheck(log, check, failedChecks);
    },
    onError: (error) => log.error({ event: 'internal-error', err: error }),
  };
}

/** Few failures change no state, and each of them was a decision on less than there is to know. */
function warnAboutCheck(
  log: Logger,
  { cause, status }: CheckReport,
  failedChecks: LogThrottle<CheckCause>,
): void {
  const failed = cause && failedChecks.count(cause);
  if (!failed) return;
  const since = failed.since === undefined ? undefined : new Date(failed.since).toISOString();
  log.warn({ event: 'abuseipdb-check-failed', cause, status, count: failed.count, since });
}

/** Says when there is no key to ask AbuseIPDB with, at start and whenever it changes. */
export function watchApiKey(log: Logger, apiKey: ApiKey): void {
  const tell = (key: string | undefined) => {
    if (key !== undefined) return;
    log.error({
      event: 'abuseipdb-key-missing',
      msg: 'There is no AbuseIPDB key, so every reputation is unknown(auth): put the key in.',
    });
  };
  tell(apiKey.current());
  apiKey.onChange(tell);
}

/**
 * Warns that the previous version of a rotated secret is still used, and says when it ends: at once, then
 * once a minute. Secrets go by the name of their setting.
 *
 * @param now milliseconds since the epoch.
 */
export function previousCredentialWarning(
  log: Logger,
  now: () => number,
): (secret: string, until: number) => void {
  const uses = new LogThrottle<string>(now);
  return (secret, until) => {
    const used = uses.count(secret);
    if (used === undefined) return;
    const endsAt = new Date(until).toISOString();
    log.warn({
      event: 'previous-credential-used',
      secret,
      count: used.count,
      since: used.since === undefined ? undefined : new Date(used.since).toISOString(),
      ends_at: endsAt,
      msg: `The previous version of ${secret} is still used. It is accepted until ${endsAt}: finish the rotation before (docs/credentials.md).`,
    });
  };
}

/**
 * Says that the keys of an access token issuer cannot be loaded: the first time at once, then once a minute.
 *
 * @param now milliseconds since the epoch.
 */
export function issuerKeysWarning(
  log: Logger,
  now: () => number,
): (failure: { readonly issuer: string; readonly why: string }) => void {
  const failures = new LogThrottle<string>(now);
  return ({ issuer, why }) => {
    const failed = failures.count(issuer);
    if (failed === undefined) return;
    log.warn({
      event: 'issuer-keys-failed',
      issuer,
      why,
      count: failed.count,
      since: failed.since === undefined ? undefined : new Date(failed.since).toISOString(),
    });
  };
}

/** Times in milliseconds. */
export interface RotationSettings {
  readonly secretsRefresh: number;
  readonly credentialPreviousTtl: number;
}

/** Warns at start when the previous version of a secret ends before every task has the new one. */
export function warnAboutRotation(log: Logger, settings: RotationSettings): void {
  const { credentialPreviousTtl, secretsRefresh } = settings;
  // Whoever sets 0 wants exactly that.
  if (credentialPreviousTtl === 0 || credentialPreviousTtl >= 2 * secretsRefresh) return;
  log.warn({
    event: 'previous-credential-ends-early',
    msg: `CREDENTIAL_PREVIOUS_TTL is ${credentialPreviousTtl / 1000} s, less than twice SECRETS_REFRESH_INTERVAL (${secretsRefresh / 1000} s): a rotation leaves no time to change the identity server. Make it longer.`,
  });
}

/** Of the rules that an entry switches off: with all entries, a line stays below the 16 KiB at which log drivers split it. */
const MAX_RECORDED_RULES = 8;

/**
 * Records the policy that the service starts with, by its revision, and warns of each part of it that fails
 * open.
 */
export function recordPolicy(
  log: Logger,
  write: (record: object) => void,
  { revision, mode, rules, failOpen }: Policy,
): void {
  write({
    event: 'policy',
    policy_revision: revision,
    policy_mode: mode,
    rules: rules.length,
    fail_open: failOpen.map((found) => ({
      entry: found.entry,
      does: found.does,
      rules: found.rules.slice(0, MAX_RECORDED_RULES),
      rules_more: Math.max(0, found.rules.length - MAX_RECORDED_RULES) || undefined,
    })),
  });
  for (const { entry, warning } of failOpen) {
    log.warn({ event: 'policy-fails-open', policy_revision: revision, entry, msg: warning });
  }
}

const DAY_MS = 24 * 3600 * 1000;
/** GeoLite's licence wants older files replaced within 30 days; countries of networks change as fast. */
const MAX_AGE_DAYS = 30;

/** Days since the geo database was built; of several files, since the oldest was. */
export function ageInDays({ info }: Pick<GeoDatabase, 'info'>, now: number): number {
  return (now - info.built.getTime()) / DAY_MS;
}

/** Logs at start which files of country data are old, and which fields that rules read no file has. */
export function warnAboutGeoDatabase(
  log: Logger,
  { info, files }: GeoDatabase,
  policy: Policy,
  now: number,
): void {
  if (!policy.signals.has('geo')) return;
  for (const file of files) warnAboutAge(log, file, now);
  const fields: readonly string[] = info.fields;
  const lacking = [...policy.geoFields].filter((field) => !fields.includes(field));
  if (lacking.length > 0) {
    const names = lacking.map((field) => `geo.${field}`).join(', ');
    log.warn({
      event: 'geo-fields-missing',
      fields: lacking,
      msg: `The policy reads ${names}, which the geo database (${info.type}) does not have: such rules count as unknown(not-found).`,
    });
  }
}

function warnAboutAge(log: Logger, info: MmdbInfo, now: number): void {
  const days = Math.floor(ageInDays({ info }, now));
  const built = info.built.toISOString().slice(0, 10);
  if (isBundledGeoDatabase(info.path)) {
    log.warn({ event: 'geo-database-bundled', built, msg: BUNDLED_NOTICE.join(' ') });
  } else if (days > MAX_AGE_DAYS) {
    log.warn({
      event: 'geo-database-old',
      type: info.type,
      built,
      msg: `The geo database ${info.path} (${info.type}) is of ${built}, ${days} days old: networks change countries, so set GEO_DATABASE to a newer file.`,
    });
  }
}
