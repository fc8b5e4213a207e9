import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/** Whether there are tasks to answer. */
export function capacityAlarms(metrics: Metrics, minimumTasks: number): AlarmDefinition[] {
  return [
    {
      id: 'TooFewTasks',
      description: `Fewer than ${minimumTasks} tasks are healthy.`,
      severity: 'page',
      // It takes back no deployment: the first one has a single task, as scaling begins after its end,
      // and tasks that do not get healthy are for the circuit breaker.
      metric: metrics.healthyTasks(),
      breach: { below: minimumTasks },
      ...{ minutes: 1, datapoints: 3, periods: 5 },
      missing: 'bad',
    },
    {
      id: 'UnhealthyTasks',
      description:
        'A task fails its health check again and again, while others answer in its place.',
      severity: 'ticket',
      // Longer than a deployment needs to start tasks and to end old ones.
      metric: metrics.unhealthyTasks(),
      breach: { atLeast: 1 },
      ...{ minutes: 1, datapoints: 12, periods: 15 },
      missing: 'good',
    },
  ];
}
