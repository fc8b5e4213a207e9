import type { Settings } from '../../config/settings.ts';
import { Metrics } from './metrics.ts';

/** Creates the metrics of the service, with those of feeds only if there are any: each is billed. */
export function createServiceMetrics({ feeds }: Pick<Settings, 'feeds'>): Metrics {
  return new Metrics(feeds.configured.length > 0 ? ['service', 'service with feeds'] : ['service']);
}
