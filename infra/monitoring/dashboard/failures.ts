import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import type { Service } from '../../service.ts';
import { type Metrics, ONE_MINUTE } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

export interface FailuresProps {
  readonly metrics: Metrics;
  readonly service: Service;
}

export function failuresRow(props: FailuresProps): Row {
  const { metrics } = props;
  return {
    question: 'Does the service fail, or a dependency?',
    lines: [failedRequests(metrics), tasks(props), storedData(metrics), abuseIpdb(metrics)],
  };
}

function failedRequests(metrics: Metrics): Row['lines'][number] {
  return [
    graph({
      title: 'Errors of the service (responses per minute)',
      unit: 'responses',
      left: [
        metrics.service('InternalErrors', { label: 'internal errors' }),
        metrics.taskResponses(elb.HttpCodeTarget.TARGET_5XX_COUNT, { label: '5xx of tasks' }),
        metrics.loadBalancerResponses(elb.HttpCodeElb.ELB_5XX_COUNT, {
          label: '5xx of the load balancer',
        }),
      ],
    }),
    graph({
      title: 'Calls without a decision (per minute)',
      unit: 'calls',
      left: [
        metrics.service('AuthenticationFailures', { label: 'wrong credential (401)' }),
        metrics.service('UnverifiableTokens', { label: 'token not verifiable (500)' }),
        metrics.service('PreviousCredentialUsed', { label: 'previous credential (accepted)' }),
        metrics.service('InvalidRequests', { label: 'invalid request (400)' }),
        metrics.service('OversizedRequests', { label: 'oversized request (400)' }),
        metrics.taskResponses(elb.HttpCodeTarget.TARGET_4XX_COUNT, { label: '4xx of tasks' }),
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
        metrics.service('TestDecisions', { label: 'decisions on tests' }),
      ],
    }),
  ];
}

function tasks({ metrics, service }: FailuresProps): Row['lines'][number] {
  return [
    graph({
      title: 'Tasks (healthy: minimum, unhealthy: maximum)',
      unit: 'tasks',
      left: [
        metrics.healthyTasks({ label: 'healthy' }),
        metrics.unhealthyTasks({ label: 'unhealthy' }),
      ],
    }),
    graph({
      title: 'CPU and memory of the tasks (%)',
      unit: '%',
      max: 100,
      left: [
        service.service.metricCpuUtilization({ period: ONE_MINUTE, label: 'CPU' }),
        service.service.metricMemoryUtilization({ period: ONE_MINUTE, label: 'memory' }),
      ],
    }),
    graph({
      title: 'Failures of logging, secrets and keys (per minute)',
      unit: 'failures',
      left: [
        metrics.service('DroppedLogLines', { label: 'dropped log lines' }),
        metrics.service('SecretRefreshFailures', { label: 'secret refresh failures' }),
        metrics.service('IssuerKeyFailures', { label: 'issuer key failures' }),
        metrics.embeddedMetricErrors('EMFParsingErrors', { label: 'EMF lines not parsed' }),
        metrics.embeddedMetricErrors('EMFValidationErrors', { label: 'EMF metrics rejected' }),
      ],
      right: [metrics.service('IssuerKeysMissing', { label: 'issuer keys missing' })],
      rightUnit: '1 = yes',
    }),
  ];
}

function storedData(metrics: Metrics): Row['lines'][number] {
  return [
    graph({
      title: 'DynamoDB cache: failures (per minute)',
      unit: 'operations',
      left: [
        ...DIMENSION_VALUES.Operation.map((of) =>
          metrics.service('CacheFailures', { of, label: `${of} failed` }),
        ),
        metrics.tableThrottles('Read', { label: 'read throttled' }),
        metrics.tableThrottles('Write', { label: 'write throttled' }),
      ],
      right: [metrics.service('CacheCircuitOpen', { label: 'circuit open' })],
      rightUnit: '1 = yes',
    }),
    graph({
      title: 'Age of the country database (days)',
      unit: 'days',
      left: [metrics.service('GeoDatabaseAge', { label: 'age' })],
      limit: { value: 30, label: 'too old' },
    }),
    graph({
      title: 'Policy revision (two values: tasks use two policies)',
      unit: 'revision (as a number)',
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
      title: 'Unknown reputation by cause (decisions per minute)',
      unit: 'decisions',
      left: [
        ...DIMENSION_VALUES.Unknown.filter((of) => of.startsWith('reputation/')).map((of) =>
          metrics.service('UnknownSignals', { of, label: of.slice('reputation/'.length) }),
        ),
        metrics.service('UnavailableReputations', {
          label: 'unavailable (all causes but private and reserved)',
        }),
      ],
    }),
    graph({
      title: 'AbuseIPDB circuit open, by cause (1 = yes, in any task)',
      unit: '1 = yes',
      max: 1,
      left: [
        metrics.service('AbuseIpdbCircuitOpen', { label: 'any cause' }),
        ...DIMENSION_VALUES.Cause.map((of) =>
          metrics.service('AbuseIpdbCircuitOpen', { of, label: of }),
        ),
      ],
    }),
    graph({
      title: 'AbuseIPDB latency (ms)',
      unit: 'ms',
      left: ['p50', 'p99'].map((statistic) =>
        metrics.service('AbuseIpdbLatency', { statistic, label: statistic }),
      ),
    }),
  ];
}
