import type { ActionCredential } from '../credential/action-credential.ts';
import type { IssuerKeysHooks } from '../credential/oauth2/issuer-keys.ts';
import type { OnInternalError } from '../http/middleware/handle-error.ts';
import type { Rejection } from '../http/rejection.ts';
import { combineHooks, swallowErrors } from '../lib/hooks.ts';
import type { Policy } from '../policy/policy.ts';
import type { ApiKey } from '../secrets/api-key.ts';
import type { FeedHooks } from '../signals/feeds/feed-hooks.ts';
import type { Feeds } from '../signals/feeds/open-feeds.ts';
import type { PlacesOf } from '../signals/geo/feed-places.ts';
import type { ReputationHooks } from '../signals/reputation/hooks.ts';
import { createDecisionLog } from './decision-log.ts';
import type { DecisionEvent } from './decision-record.ts';
import {
  createIssuerKeysLog,
  createPreviousCredentialLog,
  type RotationSettings,
  warnAboutRotation,
} from './events/credential.ts';
import { createLoadFailureLog, feedGauges, feedHooks } from './events/feeds.ts';
import { ageInDays, warnAboutGeoDatabase } from './events/geo-database.ts';
import { createHeldBackLog } from './events/held-back-lookups.ts';
import { warnAboutMissingSources } from './events/missing-sources.ts';
import { logPolicy, warnAboutWait } from './events/policy.ts';
import {
  createFailedCheckLog,
  logMissingApiKey,
  reputationLogHooks,
  warnAboutUnusedCheckBlock,
} from './events/reputation.ts';
import { type Logger, recordWriter } from './log.ts';
import type { MetricName } from './metric-names.ts';
import { createContractGauge } from './metrics/contract-gauge.ts';
import { recordDecisionMetrics } from './metrics/decision-metrics.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type Publisher, startPublisher } from './metrics/publisher.ts';
import {
  observePace,
  type PaceReader,
  reputationMetricsHooks,
} from './metrics/reputation-metrics.ts';
import type { AddressFormat } from './recorded-address.ts';
import { createRejectionLog } from './rejection-log.ts';

/** Times in milliseconds. */
export interface TelemetrySettings {
  /** The value of the metrics' dimension `Service`. */
  readonly service: string;
  readonly metricsInterval: number;
  readonly issuedSamplePercent: number;
  readonly address: AddressFormat;
}

/** The parts of the service that telemetry reports on, besides the requests. */
interface MonitoredParts {
  readonly policy: Policy;
  readonly feeds: Pick<Feeds, 'current'>;
  readonly placesOf: PlacesOf;
  readonly apiKey: ApiKey;
  readonly credential: Pick<ActionCredential, 'lacksIssuerKeys'>;
  /** Whether CHECK-BLOCK is on. */
  readonly checkBlock: boolean;
}

/** Records, metrics and log lines. None of its functions throws or waits for I/O. */
export interface Telemetry {
  readonly onDecision: (event: DecisionEvent) => void;
  /** Receives each request that was rejected because of the request itself. */
  readonly onRejected: (rejection: Rejection) => void;
  /** Receives each error of the service itself, to be logged with its stack and the id of the request. */
  readonly onInternalError: OnInternalError;
  readonly onSecretRefreshFailure: (secret: string, error: Error) => void;
  /**
   * Receives each use of the previous version of a rotated secret, named by its setting, and until when that
   * version is accepted (milliseconds since the epoch).
   */
  readonly onPreviousCredentialUsed: (secret: string, until: number) => void;
  /** Receives what happens to the feeds. */
  readonly feedHooks: FeedHooks;
  /** Receives each failure to load the keys of an access token issuer. */
  readonly onIssuerKeysFailed: NonNullable<IssuerKeysHooks['onFailed']>;
  /** Receives each change of those keys. */
  readonly onIssuerKeysChanged: NonNullable<IssuerKeysHooks['onChanged']>;
  /** Warns about settings with which every rotation of a secret would reject requests. */
  warnAboutRotation(settings: RotationSettings): void;
  /** Warns about a policy that waits longer than the deadline of a decision, in milliseconds. */
  warnAboutWait(policy: Policy, deadlineMs: number): void;
  /**
   * Logs the policy and warnings about the configuration, starts to publish metrics, and returns the hooks of the
   * reputation lookup. A service that fails to start does not call it, and so publishes no metrics.
   */
  start(parts: MonitoredParts): ReputationHooks;
  /** Publishes the pace of the reputation lookup from now on. */
  observePace(reader: PaceReader): void;
  /** Writes pending lines and metrics. No timer writes anything afterwards. */
  stop(): void;
}

/**
 * Creates the telemetry that writes to a log.
 *
 * @param metrics may be shared: callers can count their own metrics too.
 * @param now milliseconds since the epoch.
 */
export function createTelemetry(
  log: Logger,
  settings: TelemetrySettings,
  metrics: Metrics,
  now: () => number,
): Telemetry {
  // Records and metrics are written at every log level.
  const write = recordWriter(log);
  const logDecision = createDecisionLog({ ...settings, write });
  const observeContract = createContractGauge(metrics);
  const rejectionLog = createRejectionLog((rejections) =>
    log.warn({ event: 'rejected', ...rejections }),
  );
  const previousCredentialLog = createPreviousCredentialLog(log, now);
  const issuerKeysLog = createIssuerKeysLog(log, now);
  const failedCheckLog = createFailedCheckLog(log, now);
  const heldBackLog = createHeldBackLog(log, now);
  const loadFailureLog = createLoadFailureLog(log, now);
  const throttledLogs = [
    rejectionLog,
    previousCredentialLog,
    issuerKeysLog,
    failedCheckLog,
    heldBackLog,
    loadFailureLog,
  ];
  let publisher: Publisher | undefined;
  return {
    onDecision: swallowErrors((event: DecisionEvent) => {
      recordDecisionMetrics(metrics, event);
      observeContract(event);
      logDecision(event);
    }),
    onRejected: swallowErrors(({ status, cause, why }: Rejection) => {
      metrics.count(REJECTION_METRICS[cause]);
      rejectionLog.add(status, why);
    }),
    onInternalError: swallowErrors((error: unknown, requestId?: string) => {
      metrics.count('InternalErrors');
      log.error({ event: 'internal-error', decision_id: requestId, err: error });
    }),
    onSecretRefreshFailure: swallowErrors((secret: string, error: Error) => {
      metrics.count('SecretRefreshFailures');
      log.warn({ event: 'secret-refresh-failed', secret, why: error.message });
    }),
    onPreviousCredentialUsed: swallowErrors((secret: string, until: number) => {
      metrics.count('PreviousCredentialUsed');
      previousCredentialLog.add(secret, { secret, until });
    }),
    onIssuerKeysFailed: swallowErrors((failure) => {
      metrics.count('IssuerKeyFailures');
      issuerKeysLog.add(failure.issuer, failure);
    }),
    onIssuerKeysChanged: swallowErrors((change) =>
      log.info({ event: 'issuer-keys-loaded', ...change }),
    ),
    feedHooks: feedHooks(log, metrics, loadFailureLog),
    warnAboutRotation: (rotation) => warnAboutRotation(log, rotation),
    warnAboutWait: (policy, deadlineMs) => warnAboutWait(log, policy, deadlineMs),
    start({ policy, feeds, placesOf, apiKey, credential, checkBlock }) {
      logPolicy(log, write, policy);
      const places = () => placesOf(feeds.current());
      const configured = feeds.current().configured.map(({ feed }) => feed);
      warnAboutMissingSources(log, policy, configured, places().info.fields);
      warnAboutUnusedCheckBlock(log, policy, checkBlock);
      warnAboutGeoDatabase(log, places(), policy, now());
      metrics.observe(feedGauges(feeds.current, now));
      const geoDatabaseAge = () =>
        policy.signals.has('geo') ? ageInDays(places(), now()) : undefined;
      metrics.observe(() => [
        ['GeoDatabaseAge', geoDatabaseAge()],
        ['PolicyRevision', revisionNumber(policy.revision)],
        ['IssuerKeysMissing', toGauge(credential.lacksIssuerKeys())],
      ]);
      const usesReputation = policy.signals.has('reputation');
      if (usesReputation) logMissingApiKey(log, apiKey);
      const hasKey = () => !usesReputation || apiKey.current() !== undefined;
      const { service, metricsInterval: interval } = settings;
      publisher = startPublisher({ metrics, write, service, interval, now });
      return combineHooks(
        reputationLogHooks(log, failedCheckLog, heldBackLog),
        reputationMetricsHooks(metrics, hasKey, now),
      );
    },
    observePace: (reader) => observePace(metrics, reader),
    stop() {
      for (const each of throttledLogs) each.stop();
      publisher?.stop();
    },
  };
}

const REJECTION_METRICS = {
  unauthorized: 'AuthenticationFailures',
  unverifiable: 'UnverifiableTokens',
  invalid: 'InvalidRequests',
  oversized: 'OversizedRequests',
} as const satisfies Record<Rejection['cause'], MetricName>;

function toGauge(state: boolean | undefined): number | undefined {
  return state === undefined ? undefined : Number(state);
}

/** Returns the first 32 bits of a hexadecimal revision, which a metric represents exactly. */
function revisionNumber(revision: string): number {
  return Number.parseInt(revision.slice(0, 8), 16);
}
