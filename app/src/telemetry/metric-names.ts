/**
 * Every metric of the service, as CloudWatch knows it: what the service counts and what the alarms
 * and the dashboard of `infra` ask for are the same words, so neither can be renamed alone.
 */
export const METRIC_NAMESPACE = 'RiskGate';

/** On every metric, so that two deployments in one account do not add up. Its value is `SERVICE_NAME`. */
export const SERVICE_DIMENSION = 'Service';

/** What a metric is measured in. CloudWatch has no unit for days. */
type Unit = 'Count' | 'Milliseconds' | 'Percent' | 'None';

/**
 * How values of one flush become data points: `sum` adds them up, and says 0 when there were none;
 * `state` is what holds at the flush, or the worst since the last; `distribution` keeps the spread,
 * so that percentiles come out right over all tasks.
 */
type Kind = 'sum' | 'state' | 'distribution';

export interface MetricDescription {
  readonly unit: Unit;
  readonly kind: Kind;
  /** The dimension beside `Service`, a closed set of values; `Rule` is as long as the policy. */
  readonly dimension?: Dimension;
  /** Whether the sum over that dimension is a metric too. */
  readonly total?: true;
  /** Whether each value of the dimension says 0 when there were none: a share needs both its parts. */
  readonly zeros?: true;
}

/** Country, client, address and text of a request are fields of records, and never dimensions. */
export type Dimension =
  | 'Outcome'
  | 'Rule'
  | 'Source'
  | 'Unknown'
  | 'Result'
  | 'Cause'
  | 'Stage'
  | 'Operation';

export const METRICS = {
  /** Every decision, recorded or not. */
  Decisions: { unit: 'Count', kind: 'sum', dimension: 'Outcome', total: true, zeros: true },
  /** Tokens that were issued, restricted or not. Unlike refusals, a single client cannot make them fewer. */
  TokensIssued: { unit: 'Count', kind: 'sum' },
  /** What enforcing would have come to, of decisions of a policy in monitor mode. */
  DryRunDecisions: { unit: 'Count', kind: 'sum', dimension: 'Outcome', total: true },
  /** What rules that are only watched would have come to, each by itself. */
  MonitoredRules: { unit: 'Count', kind: 'sum', dimension: 'Outcome' },
  /** Refusals by the rule, or the entry of `unknown`, that refused. */
  Refusals: { unit: 'Count', kind: 'sum', dimension: 'Rule' },
  /** Where known reputations came from. */
  Reputations: { unit: 'Count', kind: 'sum', dimension: 'Source' },
  /** Reputations that were stale and stood in. */
  StaleReputations: { unit: 'Count', kind: 'sum' },
  /** Signals that a rule needed and did not get, as `signal/cause`. */
  UnknownSignals: { unit: 'Count', kind: 'sum', dimension: 'Unknown' },
  /** Decisions for which a reputation was needed and AbuseIPDB gave none: neither `private` nor `reserved` counts. */
  UnavailableReputations: { unit: 'Count', kind: 'sum' },
  /** Restrictions that the request did not allow. */
  UnenforceableRestrictions: { unit: 'Count', kind: 'sum' },
  /** Sets and adds that the request did not allow. */
  SkippedOperations: { unit: 'Count', kind: 'sum' },
  /** Conditions that failed while they were evaluated. */
  FailedConditions: { unit: 'Count', kind: 'sum' },
  /** Lookups at AbuseIPDB. */
  AbuseIpdbChecks: { unit: 'Count', kind: 'sum', dimension: 'Result', total: true },
  AbuseIpdbLatency: { unit: 'Milliseconds', kind: 'distribution' },
  /** The fewest lookups left, by the answers since the last flush; no data point without one. */
  AbuseIpdbQuotaRemaining: { unit: 'Count', kind: 'state' },
  AbuseIpdbQuotaRemainingPercent: { unit: 'Percent', kind: 'state' },
  /** 1 while AbuseIPDB is not called, 0 otherwise; by cause, 1 for the cause and no data point for the others. */
  AbuseIpdbCircuitOpen: { unit: 'None', kind: 'state', dimension: 'Cause', total: true },
  /** Reads and writes of the table that failed, throttled ones among them. */
  CacheFailures: { unit: 'Count', kind: 'sum', dimension: 'Operation', total: true },
  /** 1 while the table is passed over; 0 otherwise. */
  CacheCircuitOpen: { unit: 'None', kind: 'state' },
  /** From the request's body to the body of its answer. */
  DecisionLatency: { unit: 'Milliseconds', kind: 'distribution' },
  StageLatency: { unit: 'Milliseconds', kind: 'distribution', dimension: 'Stage' },
  /** Calls with a wrong credential, or with none: 401. */
  AuthenticationFailures: { unit: 'Count', kind: 'sum' },
  /** Access tokens that could not be verified, as their issuer's keys are missing: 500. Anybody can cause it. */
  UnverifiableTokens: { unit: 'Count', kind: 'sum' },
  /** Attempts to load the keys of an access token issuer that failed. The last keys go on for 24 h. */
  IssuerKeyFailures: { unit: 'Count', kind: 'sum' },
  /** 1 while no access token can be verified, 0 otherwise; no data point without OAuth2. */
  IssuerKeysMissing: { unit: 'None', kind: 'state' },
  /** Calls that were no request of the action: 400. */
  InvalidRequests: { unit: 'Count', kind: 'sum' },
  /** Requests of the action with more bytes or values than the service decides: 400. A client can cause them. */
  OversizedRequests: { unit: 'Count', kind: 'sum' },
  /** Faults of our own. On the action's path one is a login that failed: 500. */
  InternalErrors: { unit: 'Count', kind: 'sum' },
  /** Uses of the previous version of a rotated secret, which soon will not be accepted any more. */
  PreviousCredentialUsed: { unit: 'Count', kind: 'sum' },
  /** Secrets that could not be read again. The last good value goes on. */
  SecretRefreshFailures: { unit: 'Count', kind: 'sum' },
  /** Lines of the log that were lost because nobody took them. */
  DroppedLogLines: { unit: 'Count', kind: 'sum' },
  /** Age of the geo database, in days. */
  GeoDatabaseAge: { unit: 'None', kind: 'state' },
  /** A number that stands for the policy in force: where it has two values, two policies decide. */
  PolicyRevision: { unit: 'None', kind: 'state' },
} as const satisfies Record<string, MetricDescription>;

export type MetricName = keyof typeof METRICS;

/** The values of each closed dimension, as they stand in records and logs. */
export const DIMENSION_VALUES = {
  Outcome: ['issue', 'restrict', 'refuse'],
  Source: ['memory', 'dynamodb', 'abuseipdb'],
  Unknown: [
    ...['address/missing', 'address/malformed', 'address/ambiguous', 'address/unsigned'],
    ...['geo/private', 'geo/reserved', 'geo/not-found', 'geo/database'],
    ...['reputation/private', 'reputation/reserved', 'reputation/quota', 'reputation/auth'],
    ...['reputation/timeout', 'reputation/upstream', 'reputation/invalid'],
  ],
  Result: ['ok', 'quota', 'auth', 'timeout', 'upstream', 'invalid'],
  Cause: ['quota', 'auth', 'timeout', 'upstream', 'invalid'],
  Stage: ['read', 'address', 'geo', 'reputation', 'decide'],
  Operation: ['read', 'write'],
} as const satisfies Partial<Record<Dimension, readonly string[]>>;
