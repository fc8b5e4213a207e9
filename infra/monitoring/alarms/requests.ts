import type { Metrics } from '../metrics.ts';
import { type AlarmDefinition, ONCE_PER_HOUR } from './alarm.ts';
import { percentage } from './metric-math.ts';

/** Alarms on what the identity server sends: without an address, or in another version, the policy protects less. */
export function requestAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'RequestsWithoutAddress',
      description:
        'For two hours, more than 5 % of the decisions were on requests without a usable client address: the action does not allow the header, or an edge does not set it.',
      // A client that bypasses the edge can cause this alone.
      severity: 'ticket',
      metric: percentage(
        metrics.service('RequestsWithoutAddress'),
        metrics.service('Decisions'),
        3,
      ),
      breach: { above: 5 },
      evaluation: { periodMinutes: 60, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'UnknownApiVersion',
      description:
        'The identity server calls with a version of the action that this release does not know: it may read requests wrongly, or its responses may have no effect.',
      severity: 'ticket',
      metric: metrics.service('UnknownApiVersions'),
      breach: { atLeast: 1 },
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
  ];
}
