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
      description: "Less than 10 % of AbuseIPDB's daily quota is left.",
      severity: 'ticket',
      metric: metrics.service('AbuseIpdbQuotaRemainingPercent', { statistic: 'Minimum' }),
      breach: { below: 10 },
      evaluation: { periodMinutes: 15, datapoints: 1, periods: 1 },
      // Only a response of AbuseIPDB contains the quota; until the next one nothing has changed.
      missingData: 'ignore',
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
