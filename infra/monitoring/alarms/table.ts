import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { sumOfSparse } from './expressions.ts';

/** The table that tasks share. Without it each task knows only what it has learned itself. */
export function tableAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'TableThrottled',
      description: 'DynamoDB throttles the table, so lookups at AbuseIPDB are spent instead.',
      severity: 'ticket',
      metric: sumOfSparse({
        reads: metrics.tableThrottles('Read'),
        writes: metrics.tableThrottles('Write'),
      }),
      breach: { atLeast: 10 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
    {
      id: 'CacheFailures',
      description: 'Reads and writes of the table fail, or take longer than they may.',
      severity: 'ticket',
      metric: metrics.service('CacheFailures'),
      breach: { atLeast: 30 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'good',
    },
    {
      id: 'CacheCircuitOpen',
      description: 'The table fails so often that a task goes on without it.',
      severity: 'ticket',
      // While it is passed over nothing of it can fail: CacheFailures is quiet then.
      metric: metrics.service('CacheCircuitOpen'),
      breach: { atLeast: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 3 },
      missing: 'good',
    },
  ];
}
