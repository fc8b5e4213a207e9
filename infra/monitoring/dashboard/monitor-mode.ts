import type { Metrics } from '../metrics.ts';
import { byOutcome, refusedShare } from './blocked.ts';
import { graph, type Row } from './widgets.ts';

export function monitorMode(metrics: Metrics): Row {
  return {
    question: 'What would monitor mode have done?',
    lines: [
      [
        graph({
          title: 'Decisions of a watched policy by would-be outcome (per minute)',
          unit: 'decisions',
          left: byOutcome(metrics, 'DryRunDecisions'),
          stacked: true,
        }),
        graph({
          title: 'Would-be block rate (% of decisions of a watched policy)',
          unit: '%',
          left: [refusedShare(metrics, 'DryRunDecisions')],
          max: 100,
        }),
        graph({
          title: 'Watched rules by what each would come to (per minute)',
          unit: 'rules',
          left: byOutcome(metrics, 'MonitoredRules'),
          stacked: true,
        }),
      ],
    ],
  };
}
