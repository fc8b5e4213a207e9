import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { sumOfSparseMetrics } from './metric-math.ts';

/** Alarms on the DynamoDB cache that tasks share. Without it, each task looks up every address itself. */
export function cacheAlarms(metrics: Metrics): AlarmDefinition[] {
  return [
    {
      id: 'TableThrottled',
      description: 'DynamoDB throttles the table, so more lookups use up the AbuseIPDB quota.',
      severity: 'ticket',
      metric: sumOfSparseMetrics({
        reads: metrics.tableThrottles('Read'),
        writes: metrics.tableThrottles('Write'),
      }),
      breach: { atLeast: 10 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'CacheFailures',
      description: 'Reads from and writes to the DynamoDB table fail or time out.',
      severity: 'ticket',
      metric: metrics.service('CacheFailures'),
      breach: { atLeast: 30 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'notBreaching',
    },
    {
      id: 'CacheCircuitOpen',
      description: 'The DynamoDB table fails so often that a task has stopped using it for now.',
      severity: 'ticket',
      // While the circuit is open there are no failures, so CacheFailures is not in alarm.
      metric: metrics.service('CacheCircuitOpen'),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 3 },
      missingData: 'notBreaching',
    },
  ];
}
