import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import type { Service } from '../../service.ts';
import { type Metrics, MINUTE } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

export interface UsOrThemProps {
  readonly metrics: Metrics;
  readonly service: Service;
}

export function usOrThem(props: UsOrThemProps): Row {
  const { metrics } = props;
  return {
    question: 'Is it us, or them?',
    lines: [ourAnswers(metrics), ourTasks(props), ourSurroundings(metrics), abuseIpdb(metrics)],
  };
}

function ourAnswers(metrics: Metrics): Row['lines'][number] {
  return [
    graph({
      title: 'Logins that failed by us (answers per minute)',
      unit: 'answers',
      left: [
        metrics.service('InternalErrors', { label: 'faults of the service' }),
        metrics.taskAnswers(elb.HttpCodeTarget.TARGET_5XX_COUNT, { label: '5xx of tasks' }),
        metrics.loadBalancerAnswers(elb.HttpCodeElb.ELB_5XX_COUNT, {
          label: '5xx of the load balancer',
        }),
      ],
    }),
    graph({
      title: 'Calls that got no decision (per minute)',
      unit: 'calls',
      left: [
        metrics.service('AuthenticationFailures', { label: 'wrong credential (401)' }),
        metrics.service('UnverifiableTokens', { label: 'token without keys (500)' }),
        metrics.service('PreviousCredentialUsed', { label: 'previous credential (accepted)' }),
        metrics.service('InvalidRequests', { label: 'no request of the action (400)' }),
        metrics.service('OversizedRequests', { label: 'too large (400)' }),
        metrics.taskAnswers(elb.HttpCodeTarget.TARGET_4XX_COUNT, { label: '4xx of tasks' }),
        metrics.firewall('BlockedRequests', 'ALL', { label: 'blocked by the firewall' }),
      ],
    }),
    graph({
      title: 'Requests (per minute)',
      unit: 'requests',
      left: [
        metrics.requests({ label: 'requests' }),
        metrics.service('Decisions', { label: 'decisions' }),
        metrics.service('TokensIssued', { label: 'tokens issued' }),
      ],
    }),
  ];
}

function ourTasks({ metrics, service }: UsOrThemProps): Row['lines'][number] {
  return [
    graph({
      title: 'Tasks (healthy: fewest, unhealthy: most)',
      unit: 'tasks',
      left: [
        metrics.healthyTasks({ label: 'healthy' }),
        metrics.unhealthyTasks({ label: 'unhealthy' }),
      ],
    }),
    graph({
      title: 'CPU and memory of tasks (%)',
      unit: '%',
      max: 100,
      left: [
        service.service.metricCpuUtilization({ period: MINUTE, label: 'CPU' }),
        service.service.metricMemoryUtilization({ period: MINUTE, label: 'memory' }),
      ],
    }),
    graph({
      title: 'What the service lost (per minute)',
      unit: 'losses',
      left: [
        metrics.service('DroppedLogLines', { label: 'lines of the log' }),
        metrics.service('SecretRefreshFailures', { label: 'secrets not read again' }),
        metrics.service('IssuerKeyFailures', { label: 'keys of the token issuer not loaded' }),
        metrics.embeddedMetricErrors('EMFParsingErrors', { label: 'metrics not read' }),
        metrics.embeddedMetricErrors('EMFValidationErrors', { label: 'metrics not valid' }),
      ],
      right: [metrics.service('IssuerKeysMissing', { label: 'no keys of the token issuer' })],
      rightUnit: '1 = yes',
    }),
  ];
}

function ourSurroundings(metrics: Metrics): Row['lines'][number] {
  return [
    graph({
      title: 'Table of reputations: failures (per minute)',
      unit: 'operations',
      left: [
        ...DIMENSION_VALUES.Operation.map((of) =>
          metrics.service('CacheFailures', { of, label: `${of} failed` }),
        ),
        metrics.tableThrottles('Read', { label: 'read throttled' }),
        metrics.tableThrottles('Write', { label: 'write throttled' }),
      ],
      right: [metrics.service('CacheCircuitOpen', { label: 'passed over (1 = yes)' })],
      rightUnit: '1 = yes',
    }),
    graph({
      title: 'Age of the country database (days)',
      unit: 'days',
      left: [metrics.service('GeoDatabaseAge', { label: 'age' })],
      limit: { value: 30, label: 'too old' },
    }),
    graph({
      title: 'Policy in force (two values: two policies decide)',
      unit: 'revision as a number',
      left: [
        metrics.service('PolicyRevision', { statistic: 'Minimum', label: 'lowest' }),
        metrics.service('PolicyRevision', { label: 'highest' }),
      ],
    }),
  ];
}

function abuseIpdb(metrics: Metrics): Row['lines'][number] {
  return [
    graph({
      title: 'Reputation unknown, by cause (decisions per minute)',
      unit: 'decisions',
      left: [
        ...DIMENSION_VALUES.Unknown.filter((of) => of.startsWith('reputation/')).map((of) =>
          metrics.service('UnknownSignals', { of, label: of.slice('reputation/'.length) }),
        ),
        metrics.service('UnavailableReputations', { label: 'unavailable, all but private' }),
      ],
    }),
    graph({
      title: 'AbuseIPDB is not asked, by cause (1 = yes, of any task)',
      unit: '1 = yes',
      max: 1,
      left: [
        metrics.service('AbuseIpdbCircuitOpen', { label: 'whatever the cause' }),
        ...DIMENSION_VALUES.Cause.map((of) =>
          metrics.service('AbuseIpdbCircuitOpen', { of, label: of }),
        ),
      ],
    }),
    graph({
      title: 'Time of AbuseIPDB (ms)',
      unit: 'ms',
      left: ['p50', 'p99'].map((statistic) =>
        metrics.service('AbuseIpdbLatency', { statistic, label: statistic }),
      ),
    }),
  ];
}
