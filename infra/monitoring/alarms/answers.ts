import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { shareBeside, sumOfSparse } from './expressions.ts';

/** What the identity server gets: errors, or answers that are late. */
export function answerAlarms(metrics: Metrics): AlarmDefinition[] {
  const decisions = metrics.service('Decisions');
  return [
    {
      id: 'ServerErrors',
      description: 'The service or the load balancer answers with errors, so logins fail.',
      severity: 'page',
      rollsBack: true,
      // Not 503: that is the firewall's word too, and outsiders must not take back a deployment. When it
      // means that there is no task, the alarm on the tasks says so. Nor the 500s that the load balancer
      // counts: a task also answers so to a token that cannot be verified, and anybody can send one.
      metric: sumOfSparse({
        bad: metrics.loadBalancerAnswers(HttpCodeElb.ELB_502_COUNT),
        late: metrics.loadBalancerAnswers(HttpCodeElb.ELB_504_COUNT),
        faults: metrics.service('InternalErrors'),
      }),
      breach: { atLeast: 5 },
      ...{ minutes: 1, datapoints: 3, periods: 5 },
      missing: 'good',
    },
    {
      id: 'SlowResponses',
      description: 'One answer in a hundred takes more than the deadline of 1.2 s allows for.',
      severity: 'page',
      rollsBack: true,
      metric: metrics.taskResponseTime(),
      breach: { above: 1.3 },
      ...{ minutes: 1, datapoints: 3, periods: 5 },
      missing: 'good',
    },
    {
      id: 'DecisionErrors',
      description:
        'More than one decision in a hundred ends in a fault of the service; each is a login that failed.',
      severity: 'page',
      // A share, where ServerErrors is a count: it holds for a service with one login a minute, too.
      metric: shareBeside(metrics.service('InternalErrors'), decisions, 3),
      breach: { above: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'OversizedRequests',
      description:
        'Requests are larger than the service decides: their logins fail, and no others. A client that sends thousands of scopes or parameters causes them.',
      severity: 'ticket',
      metric: metrics.service('OversizedRequests'),
      breach: { atLeast: 3 },
      ...{ minutes: 15, datapoints: 1, periods: 4 },
      missing: 'good',
    },
    {
      id: 'InvalidRequests',
      description:
        'More than one call in a hundred shows the credential, but is no request that the service understands. Its login failed.',
      // What a client can blow up is counted apart, as OversizedRequests.
      severity: 'page',
      metric: shareBeside(metrics.service('InvalidRequests'), decisions, 3),
      breach: { above: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'SlowDecisions',
      description:
        'One decision in a hundred takes more than 1 s, most of the deadline of 1.2 s: users wait, and soon signals will be unknown.',
      severity: 'ticket',
      // Of fewer than a hundred decisions the slowest one would be the 99th percentile.
      metric: {
        expression: 'IF(count >= 100, p99, 0)',
        of: {
          count: metrics.service('DecisionLatency', { statistic: 'SampleCount' }),
          p99: metrics.service('DecisionLatency', { statistic: 'p99' }),
        },
        label: 'p99 (ms)',
      },
      breach: { above: 1000 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
  ];
}
