import {
  type Dimension,
  METRIC_NAMESPACE,
  METRICS,
  type MetricDescription,
  type MetricName,
  SERVICE_DIMENSION,
} from '../../../app/src/telemetry/metric-names.ts';
import { metricKey, type Sample } from '../cloudwatch/samples.ts';
import type { Minute, Times } from './minute.ts';

/** What arrives of a metric in a minute. */
type Emitter = (minute: Minute) => readonly Sample[];

const once = (value: number): Sample => ({ value, count: 1 });

/** A sum: each flush of each task says its part, and says 0 when it has none. */
const sum =
  (of: (minute: Minute) => number): Emitter =>
  (minute) => {
    const flushes = flushesOf(minute);
    const count = of(minute);
    return flushes.map((_, index) =>
      once(Math.floor((count + flushes.length - 1 - index) / flushes.length)),
    );
  };

/** A state: each flush of each task says what holds, if it knows. */
const state =
  (of: (minute: Minute, policyRevision: number) => number | undefined): Emitter =>
  (minute) =>
    flushesOf(minute).flatMap((revision) => {
      const value = of(minute, revision);
      return value === undefined ? [] : once(value);
    });

/** The values of a distribution arrive with their counts, and so are the same as if one task had them. */
const distribution =
  (of: (minute: Minute) => Times): Emitter =>
  (minute) =>
    flushesOf(minute).length === 0 ? [] : spread(of(minute), minute.decisions);

function spread({ usual, slow, slowShare }: Times, count: number): Sample[] {
  const slowest = Math.round(count * slowShare);
  return [
    { value: usual, count: count - slowest },
    { value: slow, count: slowest },
  ].filter((sample) => sample.count > 0);
}

/** By the policy that each decides by: one entry for each flush that arrives. */
function flushesOf({ tasks, reporting }: Minute): number[] {
  if (!reporting) return [];
  return tasks.flatMap(({ flushes, policyRevision }) =>
    Array.from({ length: flushes }, () => policyRevision),
  );
}

/** Metrics of AWS that are there only when there was something to count. */
const sparse =
  (of: (minute: Minute) => number): Emitter =>
  (minute) => {
    const value = of(minute);
    return value === 0 ? [] : [once(value)];
  };

const service = (name: MetricName, emit: Emitter, value?: string) => {
  const { dimension }: { dimension?: Dimension } = METRICS[name] as MetricDescription;
  const dimensions = {
    [SERVICE_DIMENSION]: 'RiskGate',
    ...(value !== undefined && { [dimension ?? '']: value }),
  };
  return [metricKey(METRIC_NAMESPACE, name, dimensions), emit] as const;
};

const BALANCER = {
  LoadBalancer: '<AWS::ElasticLoadBalancingV2::LoadBalancer.LoadBalancerFullName>',
};
const TARGETS = {
  LoadBalancer: '<AWS::ElasticLoadBalancingV2::Listener>',
  TargetGroup: '<AWS::ElasticLoadBalancingV2::TargetGroup.TargetGroupFullName>',
};

const elb = (name: string, dimensions: Readonly<Record<string, string>>, emit: Emitter) =>
  [metricKey('AWS/ApplicationELB', name, dimensions), emit] as const;

const firewall = (rule: string) => {
  const dimensions = { WebACL: 'RiskGate', Rule: rule, Region: 'us-east-1' };
  const emit = sparse(({ blocked }) => blocked[rule] ?? 0);
  return [metricKey('AWS/WAFV2', 'BlockedRequests', dimensions), emit] as const;
};

const table = (name: string, share: number) => {
  const emit = sparse(({ throttles }) => Math.round(throttles * share));
  return [metricKey('AWS/DynamoDB', name, { TableName: '<AWS::DynamoDB::Table>' }), emit] as const;
};

const logs = (name: string, emit: Emitter) =>
  [metricKey('AWS/Logs', name, { LogGroupName: '<AWS::Logs::LogGroup>' }), emit] as const;

/** The metrics of a site, in the shape that the service and AWS give them. */
export const EMITTERS: ReadonlyMap<string, Emitter> = new Map([
  service(
    'Decisions',
    sum(({ decisions }) => decisions),
  ),
  service(
    'Decisions',
    sum(({ refused }) => refused),
    'refuse',
  ),
  service(
    'TokensIssued',
    sum(({ decisions, refused }) => decisions - refused),
  ),
  service(
    'UnavailableReputations',
    sum(({ unavailable }) => unavailable),
  ),
  service(
    'UnenforceableRestrictions',
    sum(({ unenforceable }) => unenforceable),
  ),
  service(
    'FailedConditions',
    sum(({ failedConditions }) => failedConditions),
  ),
  service(
    'InternalErrors',
    sum(({ faults }) => faults),
  ),
  service(
    'InvalidRequests',
    sum(({ invalid }) => invalid),
  ),
  service(
    'OversizedRequests',
    sum(({ oversized }) => oversized),
  ),
  service(
    'AuthenticationFailures',
    sum(({ unauthenticated }) => unauthenticated),
  ),
  service(
    'DecisionLatency',
    distribution(({ decisionTime }) => decisionTime),
  ),
  service(
    'AbuseIpdbQuotaRemainingPercent',
    state(({ quotaLeftPercent }) => quotaLeftPercent),
  ),
  ...(['quota', 'auth'] as const).map((cause) =>
    service(
      'AbuseIpdbCircuitOpen',
      state(({ closedFor }) => Number(closedFor === cause)),
      cause,
    ),
  ),
  service(
    'CacheFailures',
    sum(({ tableFailures }) => tableFailures),
  ),
  service(
    'CacheCircuitOpen',
    state(({ tablePassedOver }) => Number(tablePassedOver)),
  ),
  service(
    'SecretRefreshFailures',
    sum(({ secretRefreshFailures }) => secretRefreshFailures),
  ),
  service(
    'PreviousCredentialUsed',
    sum(({ previousCredentialUsed }) => previousCredentialUsed),
  ),
  service(
    'IssuerKeyFailures',
    sum(({ issuerKeyFailures }) => issuerKeyFailures),
  ),
  service(
    'IssuerKeysMissing',
    state(({ issuerKeysMissing }) => Number(issuerKeysMissing)),
  ),
  service(
    'DroppedLogLines',
    sum(({ lostLogLines }) => lostLogLines),
  ),
  service(
    'GeoDatabaseAge',
    state(({ geoDatabaseAge }) => geoDatabaseAge),
  ),
  service(
    'PolicyRevision',
    state((_, policyRevision) => policyRevision),
  ),
  elb(
    'HTTPCode_ELB_502_Count',
    BALANCER,
    sparse(({ badGateways }) => badGateways),
  ),
  elb(
    'HTTPCode_ELB_504_Count',
    BALANCER,
    sparse(({ gatewayTimeouts }) => gatewayTimeouts),
  ),
  elb(
    'HTTPCode_Target_5XX_Count',
    TARGETS,
    sparse(({ faults, unverifiable }) => faults + unverifiable),
  ),
  elb('TargetResponseTime', TARGETS, ({ decisionTime, decisions, tasks }) => {
    // The network takes 2 ms; and CloudWatch has these in seconds.
    const late = (milliseconds: number) => (milliseconds + 2) / 1000;
    const { usual, slow, slowShare } = decisionTime;
    const seen = { usual: late(usual), slow: late(slow), slowShare };
    return tasks.length === 0 ? [] : spread(seen, decisions);
  }),
  elb('HealthyHostCount', TARGETS, ({ healthyTasks }) =>
    healthyTasks === undefined ? [] : [once(healthyTasks)],
  ),
  elb('UnHealthyHostCount', TARGETS, ({ healthyTasks, unhealthyTasks }) =>
    healthyTasks === undefined ? [] : [once(unhealthyTasks)],
  ),
  ...[
    ...['OnlyTheAction', 'UnauthenticatedRate', 'OnlyAllowedAddresses'],
    ...['AWSManagedRulesAmazonIpReputationList', 'AWSManagedRulesCommonRuleSet'],
    'AWSManagedRulesKnownBadInputsRuleSet',
  ].map(firewall),
  table('ReadThrottleEvents', 0.8),
  table('WriteThrottleEvents', 0.2),
  logs(
    'EMFParsingErrors',
    sparse(() => 0),
  ),
  logs(
    'EMFValidationErrors',
    sparse(({ malformedMetrics }) => malformedMetrics),
  ),
]);
