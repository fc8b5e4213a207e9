import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/** Alarms on healthy and unhealthy tasks. */
export function capacityAlarms(metrics: Metrics, minimumTasks: number): AlarmDefinition[] {
  return [
    {
      id: 'NoHealthyTasks',
      description: 'No task is healthy: every login fails.',
      severity: 'page',
      // Does not roll back: the deployment circuit breaker handles tasks that never become healthy.
      metric: metrics.healthyTasks(),
      breach: { below: 1 },
      // CloudWatch uses up to two older data points instead of missing ones, so this takes four to six minutes.
      evaluation: { periodMinutes: 1, datapoints: 4, periods: 4 },
      // Without any task the load balancer reports nothing.
      missingData: 'breaching',
    },
    {
      id: 'TooFewTasks',
      description: `Fewer than ${minimumTasks} tasks are healthy: the next failure may stop all logins.`,
      severity: 'page',
      metric: metrics.healthyTasks(),
      breach: { below: minimumTasks },
      // Longer than ECS needs to replace a task, and than the first deployment has a single task.
      evaluation: { periodMinutes: 1, datapoints: 10, periods: 10 },
      missingData: 'notBreaching',
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
