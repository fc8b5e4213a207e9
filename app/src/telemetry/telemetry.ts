import type { ActionCredential } from '../credential/action-credential.ts';
import type { IssuerKeysHooks } from '../credential/oauth2/issuer-keys.ts';
import type { Rejection } from '../http/action-endpoint.ts';
import type { Policy } from '../policy/compile.ts';
import type { ApiKey } from '../secrets/api-key.ts';
import type { GeoDatabase } from '../signals/geo/database.ts';
import type { ReputationHooks } from '../signals/reputation/hooks.ts';
import { createDecisionLog } from './decision-log.ts';
import type { DecisionFacts } from './decision-record.ts';
import { type Logger, recordWriter } from './log.ts';
import type { MetricName } from './metric-names.ts';
import { measureDecision } from './metrics/decision-metrics.ts';
import type { Metrics } from './metrics/metrics.ts';
import { type Publisher, startPublisher } from './metrics/publisher.ts';
import { measureReputation } from './metrics/reputation-metrics.ts';
import {
  ageInDays,
  issuerKeysWarning,
  previousCredentialWarning,
  type RotationSettings,
  recordPolicy,
  reputationHooks,
  warnAboutGeoDatabase,
  warnAboutRotation,
  watchApiKey,
} from './operations-log.ts';
import type { AddressForm } from './recorded-address.ts';
import { createRejectionLog } from './rejections.ts';

/** Times in milliseconds. */
export interface TelemetrySettings {
  /** The value of the metrics' dimension `Service`. */
  readonly service: string;
  readonly metricsInterval: number;
  readonly issuedPercent: number;
  readonly address: AddressForm;
}

/** What telemetry watches beside the requests. */
interface Parts {
  readonly policy: Policy;
  readonly geo: GeoDatabase;
  readonly apiKey: ApiKey;
  readonly credential: Pick<ActionCredential, 'lacksIssuerKeys'>;
}

/** What the operator learns: records, metrics and log lines. Nothing of it throws or is waited for. */
export interface Telemetry {
  readonly onDecision: (facts: DecisionFacts) => void;
  /** A request that was answered with an error of its own making. */
  readonly onRejected: (rejection: Rejection) => void;
  /** A fault of ours, with its stack. */
  readonly onFault: (error: unknown) => void;
  readonly onSecretRefreshFailure: (secret: string, error: Error) => void;
  /**
   * Receives each use of the previous version of a rotated secret, and when that one stops being accepted
   * (milliseconds since the epoch). Secrets go by the name of their setting.
   */
  readonly onPreviousCredentialUsed: (secret: string, until: number) => void;
  /** Receives each failure to load the keys of an access token issuer. */
  readonly onIssuerKeysFailed: NonNullable<IssuerKeysHooks['onFailed']>;
  /** Receives each change of those keys. */
  readonly onIssuerKeysChanged: NonNullable<IssuerKeysHooks['onChanged']>;
  /** Warns at start about settings with which every rotation would refuse calls. */
  warnAboutRotation(settings: RotationSettings): void;
  /**
   * Begins to measure the service with what it was started with, and gives the ears of the lookups. A
   * service that did not get so far says nothing of its traffic.
   */
  watch(parts: Parts): ReputationHooks;
  /** Writes what is known and not written yet. */
  stop(): void;
}

/**
 * Telemetry into a log.
 *
 * @param metrics what is counted elsewhere too.
 * @param now milliseconds since the epoch.
 */
export function createTelemetry(
  log: Logger,
  settings: TelemetrySettings,
  metrics: Metrics,
  now: () => number,
): Telemetry {
  // Records and metrics are no matter of how talkative the log is.
  const write = recordWriter(log);
  const record = createDecisionLog({ ...settings, write });
  const rejections = createRejectionLog((told) => log.warn({ event: 'rejected', ...told }));
  const warnAboutPreviousCredential = previousCredentialWarning(log, now);
  const warnAboutIssuerKeys = issuerKeysWarning(log, now);
  let publisher: Publisher | undefined;
  return {
    onDecision: quietly((facts: DecisionFacts) => {
      measureDecision(metrics, facts);
      record(facts);
    }),
    onRejected: quietly(({ status, cause, why }: Rejection) => {
      metrics.count(REJECTION_METRICS[cause]);
      rejections.add(status, why);
    }),
    onFault: quietly((error: unknown) => {
      metrics.count('InternalErrors');
      log.error({ event: 'internal-error', err: error });
    }),
    onSecretRefreshFailure: quietly((secret: string, error: Error) => {
      metrics.count('SecretRefreshFailures');
      log.warn({ event: 'secret-refresh-failed', secret, why: error.message });
    }),
    onPreviousCredentialUsed: quietly((secret: string, until: number) => {
      metrics.count('PreviousCredentialUsed');
      warnAboutPreviousCredential(secret, until);
    }),
    onIssuerKeysFailed: quietly((failure) => {
      metrics.count('IssuerKeyFailures');
      warnAboutIssuerKeys(failure);
    }),
    onIssuerKeysChanged: quietly((change) => log.info({ event: 'issuer-keys-loaded', ...change })),
    warnAboutRotation: (settings) => warnAboutRotation(log, settings),
    watch({ policy, geo, apiKey, credential }) {
      recordPolicy(log, write, policy);
      warnAboutGeoDatabase(log, geo, policy, now());
      metrics.observe(() => [
        ['GeoDatabaseAge', policy.signals.has('geo') ? ageInDays(geo, now()) : undefined],
        ['PolicyRevision', numberOf(policy.revision)],
        ['IssuerKeysMissing', asNumber(credential.lacksIssuerKeys())],
      ]);
      const asks = policy.signals.has('reputation');
      if (asks) watchApiKey(log, apiKey);
      const hasKey = () => !asks || apiKey.current() !== undefined;
      const { service, metricsInterval: interval } = settings;
      publisher = startPublisher({ metrics, write, service, interval, now });
      return both(reputationHooks(log, now), measureReputation(metrics, hasKey, now));
    },
    stop() {
      rejections.flush();
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

/** What cannot be told must not become the caller's error. */
function quietly<Facts extends unknown[]>(tell: (...facts: Facts) => void) {
  return (...facts: Facts): void => {
    try {
      tell(...facts);
    } catch {
      // There is nobody left to tell.
    }
  };
}

function asNumber(state: boolean | undefined): number | undefined {
  return state === undefined ? undefined : Number(state);
}

/** A revision is hexadecimal; of its digits a metric can hold so many exactly. */
function numberOf(revision: string): number {
  return Number.parseInt(revision.slice(0, 8), 16);
}

/** Each hook tells both. */
function both(one: ReputationHooks, other: ReputationHooks): ReputationHooks {
  const tell =
    <Fact>(...hooks: readonly (((fact: Fact) => void) | undefined)[]) =>
    (fact: Fact) => {
      for (const hook of hooks) hook?.(fact);
    };
  return {
    onCircuitState: tell(one.onCircuitState, other.onCircuitState),
    onCacheState: tell(one.onCacheState, other.onCacheState),
    onCacheFailure: tell(one.onCacheFailure, other.onCacheFailure),
    onCheck: tell(one.onCheck, other.onCheck),
    onError: tell(one.onError, other.onError),
  };
}
