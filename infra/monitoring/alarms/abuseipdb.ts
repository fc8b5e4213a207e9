import { CLIENT_QUERY } from '../lookup-queries.ts';
import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { percentage } from './metric-math.ts';

/**
 * Alarms on AbuseIPDB. Without reputations, decisions follow the policy's `unknown` entry; if that entry
 * refuses, TooManyRefusals is in alarm.
 */
export function abuseIpdbAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'UnknownReputations',
      description:
        'More than 20 % of the decisions lack the reputation that they need. They follow the policy for an unknown reputation, without any error.',
      severity: 'ticket',
      metric: percentage(
        metrics.service('UnavailableReputations'),
        metrics.service('Decisions'),
        10,
      ),
      breach: { above: 20 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'QuotaNearlyExhausted',
      description:
        "What is left of AbuseIPDB's daily quota allows less than a fifth of an even pace until its reset.",
      severity: 'ticket',
      // At the end of a day that has used its quota evenly, little is left, and enough.
      metric: metrics.service('AbuseIpdbPacePercent', { statistic: 'Minimum' }),
      breach: { below: 20 },
      evaluation: { periodMinutes: 15, datapoints: 1, periods: 1 },
      // A new task does not know the quota before its first response; until then nothing has changed.
      missingData: 'ignore',
    },
    {
      id: 'QuotaTooSmall',
      description:
        "For an hour, more than a tenth of the decisions lack a lookup, because AbuseIPDB's daily quota does not suffice for all of them.",
      severity: 'ticket',
      metric: percentage(
        metrics.service('LookupsHeldBack', { of: 'pace' }),
        metrics.service('Decisions'),
        5,
      ),
      breach: { above: 10 },
      evaluation: { periodMinutes: 15, datapoints: 4, periods: 4 },
      missingData: 'notBreaching',
    },
    {
      id: 'LookupsHeldBack',
      description: `Lookups of addresses are held back, because a client, a user or a network asks for more of them than its budget. The saved query "${CLIENT_QUERY}" has the client.`,
      severity: 'ticket',
      // Without those that only wait for the quota.
      metric: {
        expression: 'FILL(all, 0) - FILL(paced, 0)',
        metrics: {
          all: metrics.service('LookupsHeldBack'),
          paced: metrics.service('LookupsHeldBack', { of: 'pace' }),
        },
        label: 'held back',
      },
      breach: { atLeast: 20 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'QuotaExhausted',
      description:
        "AbuseIPDB's quota is exhausted, so the reputation of addresses that are not cached is unknown.",
      severity: 'ticket',
      metric: metrics.service('AbuseIpdbCircuitOpen', { of: 'quota' }),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'AbuseIpdbKeyRejected',
      description:
        'The AbuseIPDB key is missing or rejected, so the reputation of addresses that are not cached is unknown.',
      severity: 'ticket',
      // The circuit is half-open every few minutes, possibly when a task writes its metrics.
      metric: metrics.service('AbuseIpdbCircuitOpen', { of: 'auth' }),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
  ];
}
