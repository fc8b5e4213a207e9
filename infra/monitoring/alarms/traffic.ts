import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/**
 * Whether the identity server gets through at all: name, certificate, firewall, credential, the action
 * itself. Nobody outside can make decisions fewer, so what these say may page.
 */
export function trafficAlarms(metrics: Metrics, noTrafficHours: number): AlarmDefinition[] {
  const decisions = metrics.service('Decisions');
  return [
    {
      id: 'NoTraffic',
      description: `No decision in ${noTrafficHours} h: the identity server does not ask, or does not get through.`,
      // By itself this is a night, or a deployment without an action yet.
      severity: 'ticket',
      metric: decisions,
      breach: { below: 1 },
      ...{ minutes: 60, datapoints: noTrafficHours, periods: noTrafficHours },
      missing: 'bad',
    },
    {
      id: 'UnusuallyFewDecisions',
      description: 'There are far fewer decisions than is usual at this time of the week.',
      // By itself this is a holiday. With no decision at all, logins have stopped.
      severity: 'evidence',
      pagesWith: 'NoDecisions',
      metric: decisions,
      breach: { belowBand: 3 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
    {
      id: 'NoDecisions',
      description: 'No decision in 15 min.',
      severity: 'evidence',
      metric: decisions,
      breach: { below: 1 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      // The service counts zeros: without any data it is the metrics that are lost, and NoMetrics tells.
      missing: 'good',
    },
  ];
}
