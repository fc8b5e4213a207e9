import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { share } from './expressions.ts';

/**
 * Whether reputations can be had. Decisions go on without them, as `unknown` of the policy says: where
 * that refuses, TooManyRefusals stands.
 */
export function abuseIpdbAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'UnknownReputations',
      description:
        'More than a fifth of the decisions lack the reputation that they need: the policy decides without it, and says nothing.',
      severity: 'ticket',
      metric: share(metrics.service('UnavailableReputations'), metrics.service('Decisions'), 10),
      breach: { above: 20 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
    {
      id: 'QuotaNearlyExhausted',
      description: 'Less than 10 % of the lookups that AbuseIPDB grants for the day are left.',
      severity: 'ticket',
      metric: metrics.service('AbuseIpdbQuotaRemainingPercent', { statistic: 'Minimum' }),
      breach: { below: 10 },
      ...{ minutes: 15, datapoints: 1, periods: 1 },
      // Only an answer of AbuseIPDB tells what is left; until the next one nothing has changed.
      missing: 'retains',
    },
    {
      id: 'QuotaExhausted',
      description:
        'AbuseIPDB grants no more lookups for now, so addresses that are not remembered are unknown.',
      severity: 'ticket',
      metric: metrics.service('AbuseIpdbCircuitOpen', { of: 'quota' }),
      breach: { atLeast: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 2 },
      missing: 'good',
    },
    {
      id: 'KeyRejected',
      description:
        'The key of AbuseIPDB is missing or refused, so addresses that are not remembered are unknown.',
      severity: 'ticket',
      // AbuseIPDB is asked again every few minutes, and may be so when a task counts.
      metric: metrics.service('AbuseIpdbCircuitOpen', { of: 'auth' }),
      breach: { atLeast: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
  ];
}
