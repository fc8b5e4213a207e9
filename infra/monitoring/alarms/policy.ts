import type { Metrics } from '../metrics.ts';
import { type AlarmDefinition, ONCE_PER_HOUR } from './alarm.ts';
import { percentage } from './metric-math.ts';

/** Alarms on the outcomes of the policy. */
export function policyAlarms(metrics: Metrics, blockRateCeiling: number): AlarmDefinition[] {
  const refused = metrics.service('Decisions', { of: 'refuse' });
  return [
    {
      id: 'TooManyRefusals',
      description: `More than ${blockRateCeiling} % of the decisions are refusals: an error in the policy, or in its data, may lock out users.`,
      // A single client can cause any number of refusals, so this pages only while others receive fewer tokens.
      severity: 'ticket',
      metric: percentage(refused, metrics.service('Decisions'), 20),
      breach: { above: blockRateCeiling },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'TooManyRefusalsInHours',
      description: `For two hours, more than ${blockRateCeiling} % of the decisions of a site with little traffic are refusals.`,
      severity: 'ticket',
      metric: percentage(refused, metrics.service('Decisions'), 3),
      breach: { above: blockRateCeiling },
      evaluation: { periodMinutes: 60, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'EveryoneRefused',
      description: 'Every decision of 10 min is a refusal.',
      // At night this may be a single client. When tokens are usually issued, it means that everybody is locked out:
      // a client cannot stop the tokens of others. Detects this at a site that never has 20 refusals in 5 min.
      severity: 'evidence',
      pagesWith: 'FewerTokensThanUsual',
      metric: percentage(refused, metrics.service('Decisions'), 5),
      breach: { atLeast: 100 },
      evaluation: { periodMinutes: 10, datapoints: 1, periods: 1 },
      missingData: 'notBreaching',
    },
    {
      id: 'FewerTokensThanUsual',
      description: 'In 10 min, fewer tokens are issued than usual at this time of the week.',
      severity: 'evidence',
      metric: metrics.service('TokensIssued'),
      // Zero is below the band if about nine tokens are usual.
      breach: { belowBand: 3 },
      evaluation: { periodMinutes: 10, datapoints: 1, periods: 1 },
      missingData: 'notBreaching',
    },
    {
      id: 'UnusuallyFewTokens',
      description: 'Far fewer tokens are issued than usual at this time of the week.',
      // Alone this may be a holiday. Together with too many refusals it means that users are locked out, because no
      // client can reduce the tokens of others.
      severity: 'evidence',
      pagesWith: 'TooManyRefusals',
      metric: metrics.service('TokensIssued'),
      breach: { belowBand: 3 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'UnusualRefusals',
      description: 'There are far more refusals than usual at this time of the week.',
      severity: 'ticket',
      metric: refused,
      breach: { aboveBand: 3 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'UnenforceableRestrictions',
      description:
        'A restriction of the policy, or an effect that a rule requires, could not be applied. The login was refused, or the token was issued without it.',
      severity: 'ticket',
      metric: metrics.service('UnenforceableRestrictions'),
      breach: { atLeast: 1 },
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
    {
      id: 'FailedConditions',
      description:
        "A condition of the policy failed during evaluation, so its rule's refusal or restrictions were applied.",
      severity: 'ticket',
      metric: metrics.service('FailedConditions'),
      breach: { atLeast: 1 },
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
    {
      id: 'PoliciesDisagree',
      description:
        'Tasks have used two different policies for half an hour: a deployment is stuck.',
      severity: 'ticket',
      metric: {
        expression: 'IF(highest > lowest, 1, 0)',
        metrics: {
          highest: metrics.service('PolicyRevision', { statistic: 'Maximum' }),
          lowest: metrics.service('PolicyRevision', { statistic: 'Minimum' }),
        },
        label: 'two policies',
      },
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 5, datapoints: 6, periods: 6 },
      missingData: 'notBreaching',
    },
  ];
}
