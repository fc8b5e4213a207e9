import type { Settings } from '../../config/settings.ts';
import { Metrics } from './metrics.ts';

/** Creates the metrics of the service, with those of feeds and of CHECK-BLOCK only if they are used: each is billed. */
export function createServiceMetrics({
  feeds,
  reputation,
}: Pick<Settings, 'feeds' | 'reputation'>): Metrics {
  return new Metrics([
    'service',
    ...(feeds.configured.length > 0 ? (['service with feeds'] as const) : []),
    ...(reputation.checkBlock ? (['service with blocks'] as const) : []),
  ]);
}
