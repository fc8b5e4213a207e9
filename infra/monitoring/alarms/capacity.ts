import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/** Alarms on healthy and unhealthy tasks. */
export function capacityAlarms(metrics: Metrics, minimumTasks: number): AlarmDefinition[] {
  return [
    {
      id: 'TooFewTasks',
      description: `Fewer than ${minimumTasks} tasks are healthy.`,
      severity: 'page',
      // Does not roll back: the first deployment has a single task until scaling starts, and the deployment
      // circuit breaker handles tasks that never become healthy.
      metric: metrics.healthyTasks(),
      breach: { below: minimumTasks },
      evaluation: { periodMinutes: 1, datapoints: 3, periods: 5 },
      missingData: 'breaching',
    },
    {
      id: 'UnhealthyTasks',
      description: 'A task keeps failing its health check, while other tasks handle the requests.',
      severity: 'ticket',
      // Longer than a deployment needs to replace the tasks.
      metric: metrics.unhealthyTasks(),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 1, datapoints: 12, periods: 15 },
      missingData: 'notBreaching',
    },
  ];
}
