import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import type { Metrics } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

const PERCENTILES = ['p50', 'p99', 'p99.9'] as const;

/** @param deadlineMs milliseconds in which the service decides. */
export function latencyRow(metrics: Metrics, deadlineMs: number): Row {
  return {
    question: 'How fast are decisions?',
    lines: [
      [
        graph({
          title: 'Decision latency (ms)',
          unit: 'ms',
          left: PERCENTILES.map((statistic) =>
            metrics.service('DecisionLatency', { statistic, label: statistic }),
          ),
          limit: { value: deadlineMs, label: 'deadline' },
        }),
        graph({
          title: 'Latency by stage (ms, p99)',
          unit: 'ms',
          left: DIMENSION_VALUES.Stage.map((of) =>
            metrics.service('StageLatency', { of, label: of }),
          ),
        }),
        graph({
          title: 'Response time seen by the load balancer (s)',
          unit: 's',
          left: PERCENTILES.map((statistic) =>
            metrics.taskResponseTime({ statistic, label: statistic }),
          ),
        }),
      ],
    ],
  };
}
