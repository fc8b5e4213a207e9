import { FEED_ERROR_REASONS } from '../feeds/model/feed-error.ts';
import { type CheckCause, UNKNOWN_CAUSES } from '../signals/causes.ts';
import { SIGNAL_NAMES, type SignalName } from '../signals/request-signals.ts';

/** The CloudWatch namespace of all metrics. */
export const METRIC_NAMESPACE = 'RiskGate';

/** A dimension of every metric, with the value of `SERVICE_NAME`. It separates deployments in one account. */
export const SERVICE_DIMENSION = 'Service';

/** CloudWatch's units. It has none for days. */
type Unit = 'Count' | 'Milliseconds' | 'Percent' | 'None';

/**
 * How values become data points, in OpenTelemetry's terms. A `counter` is summed per flush, 0 included. A
 * `gauge` is the value at the flush, or the worst since the last one. A `histogram` keeps the distribution,
 * so that percentiles over all tasks are correct.
 */
type Kind = 'counter' | 'gauge' | 'histogram';

export interface MetricDescription {
  readonly unit: Unit;
  readonly kind: Kind;
  /** A second dimension, with a closed set of values. The values of `Rule` are the policy's rules, and those of `Feed` the ids in `FEEDS`. */
  readonly dimension?: Dimension;
  /** The values of the dimension, if they differ from those that `DIMENSION_VALUES` has for it. */
  readonly values?: readonly string[];
  /** Whether the sum over the dimension is published as well. */
  readonly total?: true;
  /** Whether every value of the dimension is published, even at 0, so that a ratio always has both parts. */
  readonly zeros?: true;
  /** What emits the metric. @default every task of the service */
  readonly emitter?: OptionalEmitter;
}

/** Tasks of the service with feeds, or with CHECK-BLOCK, and the refresher of the feeds. */
export type OptionalEmitter = 'service with feeds' | 'service with blocks' | 'refresher';

/** Why a lookup was held back. */
export const HELD_BACK_REASONS = [
  'user',
  'client',
  'network',
  'subnet',
  'share',
  'pace',
  'slots',
] as const;

/** Country, client and address would be unbounded dimensions: they are fields of records instead. */
export type Dimension =
  | 'Outcome'
  | 'Rule'
  | 'Source'
  | 'Unknown'
  | 'Result'
  | 'Cause'
  | 'Stage'
  | 'Operation'
  | 'Feed'
  | 'Reason';

/**
 * Every metric of the service. The service records them by these names, and the alarms and the dashboard in
 * `infra` query them by the same names, so neither side can rename one alone.
 */
export const METRICS = {
  /** All decisions except tests, including those that are not recorded. */
  Decisions: { unit: 'Count', kind: 'counter', dimension: 'Outcome', total: true, zeros: true },
  /** Decisions on requests that are marked as tests. No other metric of decisions counts them. */
  TestDecisions: { unit: 'Count', kind: 'counter' },
  /** Tokens issued, restricted or not. Unlike refusals, a single client cannot reduce them. */
  TokensIssued: { unit: 'Count', kind: 'counter' },
  /** Outcomes of dry runs: those that a policy in monitor mode would have had if it were enforced. */
  DryRunDecisions: { unit: 'Count', kind: 'counter', dimension: 'Outcome', total: true },
  /** Outcomes of monitored rules, each counted separately. */
  MonitoredRules: { unit: 'Count', kind: 'counter', dimension: 'Outcome' },
  /** Refusals, by the rule or the entry of `unknown` that refused. */
  Refusals: { unit: 'Count', kind: 'counter', dimension: 'Rule' },
  /** Known reputations, by source. */
  Reputations: { unit: 'Count', kind: 'counter', dimension: 'Source' },
  /** Stale reputations that were used as a fallback. */
  StaleReputations: { unit: 'Count', kind: 'counter' },
  /** Unknown signals that a rule needed, as `signal/cause`. */
  UnknownSignals: { unit: 'Count', kind: 'counter', dimension: 'Unknown' },
  /** Decisions on requests without a usable client address, whatever the cause. Only if a rule needed the address. */
  RequestsWithoutAddress: { unit: 'Count', kind: 'counter' },
  /** Decisions on requests that name a version of the action other than `v1`. */
  UnknownApiVersions: { unit: 'Count', kind: 'counter' },
  /** The newest minor version of the contract since the last flush, such as 3 for v1.3; no data point without a decision. */
  ContractMinorVersion: { unit: 'None', kind: 'gauge' },
  /** Decisions whose reputation was unknown because of a failure: `private` and `reserved` do not count. */
  UnavailableReputations: { unit: 'Count', kind: 'counter' },
  /** Restrictions that could not be applied. */
  UnenforceableRestrictions: { unit: 'Count', kind: 'counter' },
  /** Operations that set or add something and could not be applied. */
  SkippedOperations: { unit: 'Count', kind: 'counter' },
  /** Conditions that failed at evaluation. */
  FailedConditions: { unit: 'Count', kind: 'counter' },
  /** CHECK requests to AbuseIPDB, by result. */
  AbuseIpdbChecks: { unit: 'Count', kind: 'counter', dimension: 'Result', total: true },
  /** CHECK-BLOCK requests to AbuseIPDB, by result. */
  AbuseIpdbBlockChecks: {
    unit: 'Count',
    kind: 'counter',
    dimension: 'Result',
    total: true,
    emitter: 'service with blocks',
  },
  AbuseIpdbLatency: { unit: 'Milliseconds', kind: 'histogram' },
  /** The lowest quota that AbuseIPDB reported since the last flush; no data point without a response. */
  AbuseIpdbQuotaRemaining: { unit: 'Count', kind: 'gauge' },
  AbuseIpdbQuotaRemainingPercent: { unit: 'Percent', kind: 'gauge' },
  /** Checks per hour that the quota allows at present; no data point before a response has stated the quota. */
  AbuseIpdbPace: { unit: 'Count', kind: 'gauge' },
  /** The same as a percentage of the even pace, a 24th of the quota an hour. */
  AbuseIpdbPacePercent: { unit: 'Percent', kind: 'gauge' },
  /** Lookups that were not sent to AbuseIPDB, so that the quota lasts and nobody uses it up, by reason. */
  LookupsHeldBack: {
    unit: 'Count',
    kind: 'counter',
    dimension: 'Reason',
    values: HELD_BACK_REASONS,
    total: true,
  },
  /** 1 while AbuseIPDB is not called, 0 otherwise. By cause: 1 for that cause, no data point for the others. */
  AbuseIpdbCircuitOpen: { unit: 'None', kind: 'gauge', dimension: 'Cause', total: true },
  /** Failed reads and writes of DynamoDB, throttled ones included. */
  CacheFailures: { unit: 'Count', kind: 'counter', dimension: 'Operation', total: true },
  /** 1 while DynamoDB is skipped, 0 otherwise. */
  CacheCircuitOpen: { unit: 'None', kind: 'gauge' },
  /** From the request body to the response body. */
  DecisionLatency: { unit: 'Milliseconds', kind: 'histogram' },
  StageLatency: { unit: 'Milliseconds', kind: 'histogram', dimension: 'Stage' },
  /** Requests with a wrong credential, or without one: 401. */
  AuthenticationFailures: { unit: 'Count', kind: 'counter' },
  /** Access tokens that could not be verified because the issuer's keys are missing: 500. Anybody can cause them. */
  UnverifiableTokens: { unit: 'Count', kind: 'counter' },
  /** Failed attempts to load the keys of an access token issuer. The last keys remain valid for 24 h. */
  IssuerKeyFailures: { unit: 'Count', kind: 'counter' },
  /** 1 while no access token can be verified, 0 otherwise; no data point without OAuth2. */
  IssuerKeysMissing: { unit: 'None', kind: 'gauge' },
  /** Requests that are not valid requests of the action: 400. */
  InvalidRequests: { unit: 'Count', kind: 'counter' },
  /** Requests of the action that exceed the limits on bytes or values: 400. A client can cause them. */
  OversizedRequests: { unit: 'Count', kind: 'counter' },
  /** Errors of the service itself: 500. On the action's path each one is a failed login. */
  InternalErrors: { unit: 'Count', kind: 'counter' },
  /** Uses of the previous version of the caller's credential or the signature secret, which expires soon. */
  PreviousCredentialUsed: { unit: 'Count', kind: 'counter' },
  /** Failed refreshes of secrets. The last good value remains in use. */
  SecretRefreshFailures: { unit: 'Count', kind: 'counter' },
  /** Log lines that were dropped because standard output was not read. */
  DroppedLogLines: { unit: 'Count', kind: 'counter' },
  /** Age of the geo database, in days. */
  GeoDatabaseAge: { unit: 'None', kind: 'gauge' },
  /** The policy's revision as a number: two values at one time mean that tasks use different policies. */
  PolicyRevision: { unit: 'None', kind: 'gauge' },
  /** Age of a feed's data, in hours. */
  FeedAge: { unit: 'None', kind: 'gauge', dimension: 'Feed', emitter: 'service with feeds' },
  /** Failed attempts to read the pointer or the snapshot of a feed. The last good snapshot remains in use. */
  FeedLoadFailures: {
    unit: 'Count',
    kind: 'counter',
    dimension: 'Feed',
    total: true,
    emitter: 'service with feeds',
  },
  /** 1 while AbuseIPDB returns a smaller blacklist than configured, 0 otherwise; no data point without that feed. */
  BlacklistDowngraded: { unit: 'None', kind: 'gauge', emitter: 'service with feeds' },
  /** Complete runs of the refresher. */
  FeedRefreshes: { unit: 'Count', kind: 'counter', emitter: 'refresher' },
  /** Feeds that a run of the refresher could not refresh, by reason. */
  FeedErrors: {
    unit: 'Count',
    kind: 'counter',
    dimension: 'Reason',
    total: true,
    zeros: true,
    emitter: 'refresher',
  },
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof METRICS;

/** A signal and one of its causes, such as `geo/not-found`. */
type SignalCause = {
  [Name in SignalName]: `${Name}/${(typeof UNKNOWN_CAUSES)[Name][number]}`;
}[SignalName];

/** Conditions ask feeds themselves, so that their time is part of `decide`. */
function isTimed(name: SignalName): name is Exclude<SignalName, 'feeds'> {
  return name !== 'feeds';
}

/** Why a call fails, or calls stop. A budget holds single lookups back before any call. */
const CALL_CAUSES = [
  'quota',
  'auth',
  'timeout',
  'upstream',
  'invalid',
] as const satisfies readonly CheckCause[];

/** The values of each closed dimension, spelled as in records and logs. */
export const DIMENSION_VALUES = {
  Outcome: ['issue', 'restrict', 'refuse'],
  Source: ['memory', 'dynamodb', 'abuseipdb', 'check-block', 'blacklist'],
  Unknown: SIGNAL_NAMES.flatMap((name) =>
    UNKNOWN_CAUSES[name].map((cause) => `${name}/${cause}` as SignalCause),
  ),
  Result: ['ok', ...CALL_CAUSES],
  Cause: CALL_CAUSES,
  Stage: ['read', ...SIGNAL_NAMES.filter(isTimed), 'decide'],
  Operation: ['read', 'write'],
  Reason: FEED_ERROR_REASONS,
} as const satisfies Partial<Record<Dimension, readonly string[]>>;
