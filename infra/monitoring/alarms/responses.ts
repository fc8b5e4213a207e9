import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { percentageOfSum, sumOfSparseMetrics } from './metric-math.ts';

/** Alarms on the responses that the identity server receives: errors and slow responses. */
export function responseAlarms(metrics: Metrics, deadlineMs: number): AlarmDefinition[] {
  const slowDecisionMs = deadlineMs - 200;
  const decisions = metrics.service('Decisions');
  return [
    {
      id: 'ServerErrors',
      description: 'The service or the load balancer responds with errors, so logins fail.',
      severity: 'page',
      rollsBack: true,
      // Outsiders must not be able to roll back a deployment. So this counts no 503, which the firewall returns
      // (without any task, NoHealthyTasks is in alarm), and only the internal errors among the 500s of the tasks:
      // anybody can cause a 500 with a token that cannot be verified. A 500 of the load balancer is its own failure:
      // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
      metric: sumOfSparseMetrics({
        loadBalancerErrors: metrics.loadBalancerResponses(HttpCodeElb.ELB_500_COUNT),
        badGateway: metrics.loadBalancerResponses(HttpCodeElb.ELB_502_COUNT),
        gatewayTimeout: metrics.loadBalancerResponses(HttpCodeElb.ELB_504_COUNT),
        internalErrors: metrics.service('InternalErrors'),
      }),
      breach: { atLeast: 5 },
      evaluation: { periodMinutes: 1, datapoints: 3, periods: 5 },
      missingData: 'notBreaching',
    },
    {
      id: 'SlowResponses',
      description: `The slowest 1 % of responses exceed the deadline of ${deadlineMs / 1000} s.`,
      severity: 'page',
      rollsBack: true,
      metric: metrics.taskResponseTime(),
      // In seconds; a response takes a little longer than its decision.
      breach: { above: (deadlineMs + 100) / 1000 },
      evaluation: { periodMinutes: 1, datapoints: 3, periods: 5 },
      missingData: 'notBreaching',
    },
    {
      id: 'DecisionErrors',
      description:
        'More than 1 % of the decisions fail with an internal error; each is a failed login.',
      severity: 'page',
      // A percentage, while ServerErrors is a count: also detects errors at one login a minute.
      metric: percentageOfSum(metrics.service('InternalErrors'), decisions, 3),
      breach: { above: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'OversizedRequests',
      description:
        'Requests exceed the size limits of the service. Their logins fail, others do not. The cause is a client that sends thousands of scopes or parameters.',
      severity: 'ticket',
      metric: metrics.service('OversizedRequests'),
      breach: { atLeast: 3 },
      evaluation: { periodMinutes: 15, datapoints: 1, periods: 4 },
      missingData: 'notBreaching',
    },
    {
      id: 'InvalidRequests',
      description:
        'More than 1 % of the calls have a valid credential but an invalid request. Their logins fail.',
      // Requests that a client can inflate are counted separately, as OversizedRequests.
      severity: 'page',
      metric: percentageOfSum(metrics.service('InvalidRequests'), decisions, 3),
      breach: { above: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'SlowDecisions',
      description: `The slowest 1 % of decisions take more than ${slowDecisionMs / 1000} s of the deadline of ${deadlineMs / 1000} s: users wait, and signals are about to time out.`,
      severity: 'ticket',
      // With fewer than 100 decisions, p99 would be the slowest one.
      metric: {
        expression: 'IF(count >= 100, p99, 0)',
        metrics: {
          count: metrics.service('DecisionLatency', { statistic: 'SampleCount' }),
          p99: metrics.service('DecisionLatency', { statistic: 'p99' }),
        },
        label: 'p99 (ms)',
      },
      breach: { above: slowDecisionMs },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
  ];
}
