import { BUILT_IN_FEEDS } from '../../../app/src/feeds/index.ts';
import { FEED_ERROR_REASONS } from '../../../app/src/feeds/model/feed-error.ts';
import {
  type Dimension,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDescription,
  type MetricName,
  SERVICE_DIMENSION,
} from '../../../app/src/telemetry/metric-names.ts';
import type { CanaryMetric } from '../../../infra/functions/canary/metrics.ts';
import { metricKey, type Sample } from '../cloudwatch/samples.ts';
import type { DailyStatus, LatencyProfile, Minute, Task } from './minute.ts';

/** Returns the samples of a metric that arrive in a minute. */
type Emitter = (minute: Minute) => readonly Sample[];

const sample = (value: number): Sample => ({ value, count: 1 });

/** A counter: each flush of each task reports its share, and 0 if it has none. */
const counter =
  (read: (minute: Minute) => number): Emitter =>
  (minute) => {
    const flushes = reportingTasks(minute).reduce((sum, task) => sum + task.flushes, 0);
    if (flushes === 0) return [];
    const share = Math.floor(read(minute) / flushes);
    const largerShares = read(minute) % flushes;
    return withoutEmpty([
      { value: share, count: flushes - largerShares },
      { value: share + 1, count: largerShares },
    ]);
  };

/** One value of a counter's dimension: a flush reports it only if it counts something. */
const sparseCounter =
  (read: (minute: Minute) => number): Emitter =>
  (minute) =>
    read(minute) === 0 ? [] : counter(read)(minute);

/** A gauge: each flush of each task reports the current value, if it is known. */
const gauge =
  (read: (minute: Minute, policyRevision: number) => number | undefined): Emitter =>
  (minute) =>
    reportingTasks(minute).flatMap(({ policyRevision, flushes }) => {
      const value = read(minute, policyRevision);
      return value === undefined ? [] : { value, count: flushes };
    });

/** A histogram reports values with counts, so it does not matter how many tasks there are. */
const histogram =
  (profileOf: (minute: Minute) => LatencyProfile): Emitter =>
  (minute) =>
    reportingTasks(minute).length === 0 ? [] : samplesOf(profileOf(minute), minute.decisions);

function samplesOf({ usual, slow, slowShare }: LatencyProfile, count: number): Sample[] {
  const slowCount = Math.round(count * slowShare);
  return withoutEmpty([
    { value: usual, count: count - slowCount },
    { value: slow, count: slowCount },
  ]);
}

function withoutEmpty(samples: readonly Sample[]): Sample[] {
  return samples.filter(({ count }) => count > 0);
}

/** The tasks whose metrics arrive. */
function reportingTasks({ tasks, reporting }: Minute): readonly Task[] {
  return reporting ? tasks.filter(({ flushes }) => flushes > 0) : [];
}

/** A metric of AWS that has a data point only when it counts something. */
const sparse =
  (read: (minute: Minute) => number): Emitter =>
  (minute) => {
    const value = read(minute);
    return value === 0 ? [] : [sample(value)];
  };

type Entry = readonly [key: string, emitter: Emitter];

function service(name: MetricName, emitter: Emitter, dimensionValue?: string): Entry {
  const { dimension }: { dimension?: Dimension } = METRICS[name] as MetricDescription;
  const dimensions = {
    [SERVICE_DIMENSION]: 'RiskGate',
    ...(dimensionValue !== undefined && { [dimension ?? '']: dimensionValue }),
  };
  return [metricKey(METRIC_NAMESPACE, name, dimensions), emitter];
}

function canary(name: CanaryMetric, emitter: Emitter): Entry {
  return [metricKey(METRIC_NAMESPACE, name, { [SERVICE_DIMENSION]: 'RiskGate' }), emitter];
}

/** Each run of the canary reports 1 for its own result, and 0 for the others. */
const canaryResult =
  (result: Minute['canary']): Emitter =>
  (minute) =>
    minute.canary === 'silent' ? [] : [sample(Number(minute.canary === result))];

/** The daily status reports a value once a day, 0 included. */
const dailyStatus =
  (read: (status: DailyStatus) => number): Emitter =>
  ({ status }) =>
    status === undefined ? [] : [sample(read(status))];

/** Metrics of the service by kind, with their values in a minute. */
const COUNTERS: Partial<Record<MetricName, (minute: Minute) => number>> = {
  Decisions: ({ decisions }) => decisions,
  TokensIssued: ({ decisions, refused }) => decisions - refused,
  UnavailableReputations: ({ unavailableReputations }) => unavailableReputations,
  LookupsHeldBack: ({ paced, overBudget }) => paced + overBudget,
  RequestsWithoutAddress: ({ withoutAddress }) => withoutAddress,
  UnknownApiVersions: ({ unknownApiVersions }) => unknownApiVersions,
  UnenforceableRestrictions: ({ unenforceable }) => unenforceable,
  FailedConditions: ({ failedConditions }) => failedConditions,
  InternalErrors: ({ internalErrors }) => internalErrors,
  InvalidRequests: ({ invalid }) => invalid,
  OversizedRequests: ({ oversized }) => oversized,
  AuthenticationFailures: ({ unauthenticated }) => unauthenticated,
  CacheFailures: ({ cacheFailures }) => cacheFailures,
  SecretRefreshFailures: ({ secretRefreshFailures }) => secretRefreshFailures,
  PreviousCredentialUsed: ({ previousCredentialUsed }) => previousCredentialUsed,
  IssuerKeyFailures: ({ issuerKeyFailures }) => issuerKeyFailures,
  DroppedLogLines: ({ droppedLogLines }) => droppedLogLines,
  FeedLoadFailures: ({ feedLoadFailures }) => feedLoadFailures,
};

const GAUGES: Partial<Record<MetricName, Parameters<typeof gauge>[0]>> = {
  AbuseIpdbQuotaRemainingPercent: ({ quotaRemainingPercent }) => quotaRemainingPercent,
  AbuseIpdbPacePercent: ({ pacePercent }) => pacePercent,
  CacheCircuitOpen: ({ cacheCircuitOpen }) => Number(cacheCircuitOpen),
  IssuerKeysMissing: ({ issuerKeysMissing }) => Number(issuerKeysMissing),
  GeoDatabaseAge: ({ geoDatabaseAge }) => geoDatabaseAge,
  BlacklistDowngraded: ({ blacklistDowngraded }) => Number(blacklistDowngraded),
  PolicyRevision: (_, policyRevision) => policyRevision,
};

/** Each run of the refresher reports its own number, 0 included. */
const refresher =
  (read: (minute: Minute) => number): Emitter =>
  (minute) =>
    minute.refresherEnds ? [sample(read(minute))] : [];

const LOAD_BALANCER = {
  LoadBalancer: '<AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerFullName>',
};
const TARGET_GROUP = {
  LoadBalancer: '<AWS::ElasticLoadBalancingV2::Listener>',
  TargetGroup: '<AWS::ElasticLoadBalancingV2::TargetGroup.TargetGroupFullName>',
};
const TABLE = { TableName: '<AWS::DynamoDB::Table>' };
const LOG_GROUP = { LogGroupName: '<AWS::Logs::LogGroup>' };

const FIREWALL_RULES = [
  'OnlyTheAction',
  'OnlyAllowedAddresses',
  'NoViewerAddress',
  'AddressRate',
  'UnauthenticatedRate',
  'AWSManagedRulesCommonRuleSet',
  'AWSManagedRulesKnownBadInputsRuleSet',
];

function aws(
  namespace: string,
  name: string,
  dimensions: Readonly<Record<string, string>>,
  emitter: Emitter,
): Entry {
  return [metricKey(`AWS/${namespace}`, name, dimensions), emitter];
}

const elb = (name: string, dimensions: Readonly<Record<string, string>>, emitter: Emitter) =>
  aws('ApplicationELB', name, dimensions, emitter);

/** The load balancer's view of the latency, in seconds; the network adds 2 ms. */
function responseTimes({ latency, decisions, tasks }: Minute): readonly Sample[] {
  const seconds = (milliseconds: number) => (milliseconds + 2) / 1000;
  const { usual, slow, slowShare } = latency;
  return tasks.length === 0
    ? []
    : samplesOf({ usual: seconds(usual), slow: seconds(slow), slowShare }, decisions);
}

/** The metrics of a site, with the names and dimensions of the service and of AWS. */
export const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  ...Object.entries(COUNTERS).map(([name, read]) => service(name as MetricName, counter(read))),
  ...Object.entries(GAUGES).map(([name, read]) => service(name as MetricName, gauge(read))),
  service(
    'Decisions',
    counter(({ refused }) => refused),
    'refuse',
  ),
  service(
    'LookupsHeldBack',
    sparseCounter(({ paced }) => paced),
    'pace',
  ),
  service(
    'DecisionLatency',
    histogram(({ latency }) => latency),
  ),
  ...['quota', 'auth'].map((cause) =>
    service(
      'AbuseIpdbCircuitOpen',
      gauge((minute) => Number(minute.circuitOpenCause === cause)),
      cause,
    ),
  ),
  ...[...BUILT_IN_FEEDS.map(({ id }) => id), 'partners'].map((id) =>
    service(
      'FeedAge',
      gauge(({ feedAges }) => feedAges[id]),
      id,
    ),
  ),
  service(
    'FeedRefreshes',
    refresher(() => 1),
  ),
  ...FEED_ERROR_REASONS.map((reason) =>
    service(
      'FeedErrors',
      refresher(({ feedErrors }) => feedErrors[reason] ?? 0),
      reason,
    ),
  ),
  elb(
    'HTTPCode_ELB_500_Count',
    LOAD_BALANCER,
    sparse(({ loadBalancerErrors }) => loadBalancerErrors),
  ),
  elb(
    'HTTPCode_ELB_502_Count',
    LOAD_BALANCER,
    sparse(({ badGateways }) => badGateways),
  ),
  elb(
    'HTTPCode_ELB_504_Count',
    LOAD_BALANCER,
    sparse(({ gatewayTimeouts }) => gatewayTimeouts),
  ),
  elb(
    'HTTPCode_Target_5XX_Count',
    TARGET_GROUP,
    sparse(({ internalErrors, unverifiable }) => internalErrors + unverifiable),
  ),
  elb('TargetResponseTime', TARGET_GROUP, responseTimes),
  elb('HealthyHostCount', TARGET_GROUP, ({ healthyTasks }) =>
    healthyTasks === undefined ? [] : [sample(healthyTasks)],
  ),
  elb('UnHealthyHostCount', TARGET_GROUP, ({ healthyTasks, unhealthyTasks }) =>
    healthyTasks === undefined ? [] : [sample(unhealthyTasks)],
  ),
  ...FIREWALL_RULES.map((rule) =>
    aws(
      'WAFV2',
      'BlockedRequests',
      { WebACL: 'RiskGate', Rule: rule, Region: 'us-east-1' },
      sparse(({ blocked }) => blocked[rule] ?? 0),
    ),
  ),
  aws(
    'DynamoDB',
    'ReadThrottleEvents',
    TABLE,
    sparse(({ throttles }) => Math.round(throttles * 0.8)),
  ),
  aws(
    'DynamoDB',
    'WriteThrottleEvents',
    TABLE,
    sparse(({ throttles }) => Math.round(throttles * 0.2)),
  ),
  aws(
    'Logs',
    'EMFParsingErrors',
    LOG_GROUP,
    sparse(() => 0),
  ),
  aws(
    'Logs',
    'EMFValidationErrors',
    LOG_GROUP,
    sparse(({ malformedMetrics }) => malformedMetrics),
  ),
  canary('CanaryFailures', canaryResult('failed')),
  canary('CanaryPending', canaryResult('pending')),
  canary(
    'ClientsSilent',
    dailyStatus(({ clientsSilent = 0 }) => clientsSilent),
  ),
  canary(
    'ContractChanged',
    dailyStatus(({ contractChanged = false }) => Number(contractChanged)),
  ),
  canary(
    'StatusFailures',
    dailyStatus(({ failed = false }) => Number(failed)),
  ),
  canary('CloudFrontErrorRate', (minute) =>
    minute.canary === 'silent' ? [] : [sample(minute.cloudFrontErrorRate)],
  ),
]);
