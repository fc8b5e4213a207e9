import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/**
 * Alarms on calls that do not arrive, because of DNS, the certificate, the firewall, the credential or the action
 * itself. No outsider can reduce the number of decisions, so these may page.
 */
export function trafficAlarms(metrics: Metrics, noTrafficHours: number): AlarmDefinition[] {
  const decisions = metrics.service('Decisions');
  return [
    {
      id: 'NoTraffic',
      description: `No decision in ${noTrafficHours} h: the identity server does not call the service, or its calls do not arrive.`,
      // This may also be a quiet night, or a deployment without an action yet.
      severity: 'ticket',
      metric: decisions,
      breach: { below: 1 },
      evaluation: { periodMinutes: 60, datapoints: noTrafficHours, periods: noTrafficHours },
      missingData: 'breaching',
    },
    {
      id: 'UnusuallyFewDecisions',
      description: 'There are far fewer decisions than usual at this time of the week.',
      // Alone this may be a holiday. Together with no decision at all it means that logins have stopped.
      severity: 'evidence',
      pagesWith: 'NoDecisions',
      metric: decisions,
      breach: { belowBand: 3 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'NoDecisions',
      description: 'No decision in 15 min.',
      severity: 'evidence',
      metric: decisions,
      breach: { below: 1 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      // The service reports zeros: without any data the metrics are lost, and NoMetrics is in alarm.
      missingData: 'notBreaching',
    },
  ];
}
