import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { share } from './expressions.ts';

/** What the policy comes to. */
export function policyAlarms(metrics: Metrics, blockRateCeiling: number): AlarmDefinition[] {
  const refused = metrics.service('Decisions', { of: 'refuse' });
  return [
    {
      id: 'TooManyRefusals',
      description: `More than ${blockRateCeiling} % of the decisions are refusals: a mistake in the policy, or in what it knows, keeps users out.`,
      // One client can cause as many refusals as it likes. With fewer tokens for everybody else it pages.
      severity: 'ticket',
      metric: share(refused, metrics.service('Decisions'), 20),
      breach: { above: blockRateCeiling },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'UnusuallyFewTokens',
      description: 'Far fewer tokens are issued than is usual at this time of the week.',
      // By itself this is a holiday. With too many refusals, users are kept out: a client cannot make the
      // tokens of others fewer.
      severity: 'evidence',
      pagesWith: 'TooManyRefusals',
      metric: metrics.service('TokensIssued'),
      breach: { belowBand: 3 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
    {
      id: 'UnusualRefusals',
      description: 'There are far more refusals than is usual at this time of the week.',
      severity: 'ticket',
      metric: refused,
      breach: { aboveBand: 3 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
    {
      id: 'UnenforceableRestrictions',
      description:
        'A restriction of the policy, or an effect that a rule insists on, could not be applied to a token; the login was refused, or its token is unrestricted.',
      severity: 'ticket',
      metric: metrics.service('UnenforceableRestrictions'),
      breach: { atLeast: 1 },
      ...ONCE_AN_HOUR,
      missing: 'good',
    },
    {
      id: 'FailedConditions',
      description:
        'A condition of the policy failed while it was evaluated, so its rule took effect by its strict side.',
      severity: 'ticket',
      metric: metrics.service('FailedConditions'),
      breach: { atLeast: 1 },
      ...ONCE_AN_HOUR,
      missing: 'good',
    },
    {
      id: 'PoliciesDisagree',
      description: 'Tasks have decided by two policies for half an hour: a deployment is stuck.',
      severity: 'ticket',
      metric: {
        expression: 'IF(newest > oldest, 1, 0)',
        of: {
          newest: metrics.service('PolicyRevision', { statistic: 'Maximum' }),
          oldest: metrics.service('PolicyRevision', { statistic: 'Minimum' }),
        },
        label: 'two policies',
      },
      breach: { atLeast: 1 },
      ...{ minutes: 5, datapoints: 6, periods: 6 },
      missing: 'good',
    },
  ];
}

/** Told within 15 min, and not again before an hour has passed without another. */
const ONCE_AN_HOUR = { minutes: 15, datapoints: 1, periods: 4 } as const;
