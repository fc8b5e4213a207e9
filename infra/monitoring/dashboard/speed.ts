import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import type { Metrics } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

/** `DECISION_DEADLINE_MS`, which the stack leaves as it is. */
export const DEADLINE = 1200;

const PERCENTILES = ['p50', 'p99', 'p99.9'] as const;

export function speed(metrics: Metrics): Row {
  return {
    question: 'How fast?',
    lines: [
      [
        graph({
          title: 'Time of a decision (ms)',
          unit: 'ms',
          left: PERCENTILES.map((statistic) =>
            metrics.service('DecisionLatency', { statistic, label: statistic }),
          ),
          limit: { value: DEADLINE, label: 'deadline' },
        }),
        graph({
          title: 'Time of each stage (ms, p99)',
          unit: 'ms',
          left: DIMENSION_VALUES.Stage.map((of) =>
            metrics.service('StageLatency', { of, label: of }),
          ),
        }),
        graph({
          title: 'Time of an answer, by the load balancer (s)',
          unit: 's',
          left: PERCENTILES.map((statistic) =>
            metrics.taskResponseTime({ statistic, label: statistic }),
          ),
        }),
      ],
    ],
  };
}
