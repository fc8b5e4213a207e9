import type { LogThrottle } from '../../lib/log-throttle.ts';
import { UNUSED_CHECK_BLOCK } from '../../policy/check-block.ts';
import type { Policy } from '../../policy/policy.ts';
import type { ApiKey } from '../../secrets/api-key.ts';
import { isRejectedByPlan } from '../../signals/reputation/abuseipdb/block-client.ts';
import type { CheckReport, ReputationHooks } from '../../signals/reputation/hooks.ts';
import type { Logger } from '../log.ts';
import type { HeldBackLog } from './held-back-lookups.ts';
import { createThrottledWarnings } from './throttled-warnings.ts';

type FailedCheck = Pick<CheckReport, 'cause' | 'status'> & {
  readonly event: 'abuseipdb-check-failed' | 'abuseipdb-block-check-failed';
};

/**
 * Creates the log of failed checks, which warns of each cause: the first time at once, then once a minute.
 * Single failures open no circuit, but each CHECK that failed was a decision without a reputation.
 *
 * @param now milliseconds since the epoch.
 */
export function createFailedCheckLog(log: Logger, now: () => number): LogThrottle<FailedCheck> {
  return createThrottledWarnings(log, now, ({ event, cause, status }, counts) => ({
    event,
    cause,
    status,
    ...counts,
  }));
}

/** Returns hooks that log the circuits of AbuseIPDB and of the cache, failures, and lookups that were held back. */
export function reputationLogHooks(
  log: Logger,
  failedChecks: LogThrottle<FailedCheck>,
  heldBack: HeldBackLog,
): ReputationHooks {
  return {
    onCircuitChange(change) {
      if (change.state === 'closed') {
        log.info({ event: 'abuseipdb-circuit-closed' });
        return;
      }
      const until = new Date(change.until).toISOString();
      // A wrong key or plan needs an operator. The other causes pass.
      const level = change.cause === 'auth' ? 'error' : 'warn';
      log[level]({ event: 'abuseipdb-circuit-open', cause: change.cause, until });
    },
    onCacheCircuitChange(change) {
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
      const { cause, status } = check;
      if (cause === undefined) return;
      failedChecks.add(cause, { event: 'abuseipdb-check-failed', cause, status });
    },
    onHeldBack: (lookup) => heldBack.add(lookup),
    onBlockCheck(check) {
      log.debug({ event: 'check-block', ...check });
      const { cause, status } = check;
      // The other hook logs a rejection by the plan.
      if (cause === undefined || isRejectedByPlan(status)) return;
      const failed = { event: 'abuseipdb-block-check-failed', cause, status } as const;
      failedChecks.add(`check-block/${cause}`, failed);
    },
    onBlockChecksStopped: ({ status, until }) =>
      log.warn({
        event: 'abuseipdb-block-checks-stopped',
        status,
        until: new Date(until).toISOString(),
        msg: `AbuseIPDB rejected a CHECK-BLOCK of a /24 with status ${status}, so the service checks single addresses until then: the plan of the account must include CHECK-BLOCK, otherwise set ABUSEIPDB_CHECK_BLOCK (stack option checkBlock) to false.`,
      }),
    onError: (error) => log.error({ event: 'internal-error', err: error }),
  };
}

/** Warns if CHECK-BLOCK is on, but the policy needs fields that its responses do not have. */
export function warnAboutUnusedCheckBlock(
  log: Logger,
  policy: Pick<Policy, 'readsAbuseRecord'>,
  isOn: boolean,
): void {
  if (!isOn || !policy.readsAbuseRecord) return;
  log.warn({ event: 'check-block-unused', msg: UNUSED_CHECK_BLOCK });
}

/** Logs an error if there is no AbuseIPDB key, at start and whenever the key changes. */
export function logMissingApiKey(log: Logger, apiKey: ApiKey): void {
  const check = (key: string | undefined) => {
    if (key !== undefined) return;
    log.error({
      event: 'abuseipdb-key-missing',
      msg: 'There is no AbuseIPDB key, so every reputation is unknown(auth): set the key.',
    });
  };
  check(apiKey.current());
  apiKey.onChange(check);
}
