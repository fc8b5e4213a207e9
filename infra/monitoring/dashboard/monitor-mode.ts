import type { Metrics } from '../metrics.ts';
import { byOutcome, refusalRate } from './blocked.ts';
import { graph, type Row } from './widgets.ts';

export function monitorModeRow(metrics: Metrics): Row {
  return {
    question: 'What would be refused without monitor mode?',
    lines: [
      [
        graph({
          title: 'Dry-run decisions by outcome (per minute)',
          unit: 'decisions',
          left: byOutcome(metrics, 'DryRunDecisions'),
          stacked: true,
        }),
        graph({
          title: 'Dry-run block rate (% of dry-run decisions)',
          unit: '%',
          left: [refusalRate(metrics, 'DryRunDecisions')],
          max: 100,
        }),
        graph({
          title: 'Matches of monitored rules by outcome (per minute)',
          unit: 'rules',
          left: byOutcome(metrics, 'MonitoredRules'),
          stacked: true,
        }),
      ],
    ],
  };
}
