import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/** Of a metric that has one data point a day. Without data, the alarm keeps its state until the next run. */
const DAILY = {
  breach: { atLeast: 1 },
  evaluation: { periodMinutes: 60, datapoints: 1, periods: 1 },
  missingData: 'ignore',
} as const;

/** Alarms on the daily status: the identity server can skip the service without any error. */
export function statusAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'ClientsSilent',
      description:
        'Clients that used to call have stopped: the identity server may issue their tokens without asking the service.',
      // It may also be an application that was switched off, or a holiday.
      severity: 'ticket',
      metric: metrics.canary('ClientsSilent'),
      ...DAILY,
    },
    {
      id: 'ContractChanged',
      description:
        'Since yesterday, requests show another version of the contract than in the two weeks before: the identity server or its action was updated, or rolled back.',
      severity: 'ticket',
      metric: metrics.canary('ContractChanged'),
      ...DAILY,
    },
    {
      id: 'StatusFails',
      description:
        'The daily status could not read the log of the service, so nothing notices clients that have stopped calling.',
      severity: 'ticket',
      metric: metrics.canary('StatusFailures'),
      ...DAILY,
    },
  ];
}
