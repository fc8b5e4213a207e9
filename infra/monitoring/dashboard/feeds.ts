import { Duration } from 'aws-cdk-lib';
import { DIMENSION_VALUES } from '../../../app/src/telemetry/metric-names.ts';
import type { FeedsConfig } from '../../config/feeds.ts';
import type { Metrics } from '../metrics.ts';
import { graph, type Row } from './widgets.ts';

/** The refresher writes its metrics once a run. */
const ONE_HOUR = Duration.hours(1);

export function feedsRow(metrics: Metrics, { feeds }: Pick<FeedsConfig, 'feeds'>): Row {
  return {
    question: 'Is the data of the feeds current?',
    lines: [
      [
        graph({
          title: 'Age of the feeds (hours, of the oldest in any task)',
          unit: 'hours',
          left: feeds.map(({ feed }) =>
            metrics.service('FeedAge', { of: feed.id, label: feed.id }),
          ),
        }),
        graph({
          title: 'Feeds that were not refreshed, by reason (per hour)',
          unit: 'feeds',
          left: DIMENSION_VALUES.Reason.map((of) =>
            metrics.service('FeedErrors', { of, label: of, period: ONE_HOUR }),
          ),
          right: [
            metrics.service('FeedRefreshes', { label: 'runs of the refresher', period: ONE_HOUR }),
          ],
          rightUnit: 'runs',
        }),
        graph({
          title: 'Failures to load a feed (per minute), and downgraded blacklist (1 = yes)',
          unit: 'failures',
          left: feeds.map(({ feed }) =>
            metrics.service('FeedLoadFailures', { of: feed.id, label: feed.id }),
          ),
          ...(feeds.some(({ feed }) => feed.content === 'scores') && {
            right: [metrics.service('BlacklistDowngraded', { label: 'blacklist downgraded' })],
            rightUnit: '1 = yes',
          }),
        }),
      ],
    ],
  };
}
