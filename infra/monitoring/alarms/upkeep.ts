import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';
import { sumOfSparse } from './expressions.ts';

/** What works on today and will not for ever: secrets, the country database, and telemetry itself. */
export function upkeepAlarms(metrics: Metrics, previousTtl: string): AlarmDefinition[] {
  return [
    {
      id: 'PreviousCredentialUsed',
      description: `Calls still use the previous version of a rotated secret, which is accepted for ${previousTtl} after the rotation and then refused: finish the rotation. The log says when that ends (event previous-credential-used, ends_at).`,
      severity: 'ticket',
      metric: metrics.service('PreviousCredentialUsed'),
      breach: { atLeast: 1 },
      // At once: the time that is left may be short.
      ...{ minutes: 15, datapoints: 1, periods: 4 },
      missing: 'good',
    },
    {
      id: 'SecretRefreshFailures',
      description:
        'A secret cannot be read again. Tasks go on with what they have, but a new task would not start.',
      severity: 'ticket',
      metric: metrics.service('SecretRefreshFailures'),
      breach: { atLeast: 3 },
      ...{ minutes: 15, datapoints: 2, periods: 2 },
      missing: 'good',
    },
    {
      id: 'IssuerKeyFailures',
      description:
        'The keys of the access token issuer cannot be loaded. Tasks go on with the last ones for 24 h; a new task has none, and a login whose token needs a new key fails.',
      severity: 'ticket',
      metric: metrics.service('IssuerKeyFailures'),
      // A task tries every 30 s, and every 5 s without keys.
      breach: { atLeast: 10 },
      ...{ minutes: 15, datapoints: 2, periods: 2 },
      missing: 'good',
    },
    {
      id: 'IssuerKeysMissing',
      description:
        'A task has no keys to verify access tokens with: every call with a token gets an error, so its login fails.',
      // While the identity server still shows the previous credential, logins go on. Without any decision
      // they do not.
      severity: 'evidence',
      pagesWith: 'NoDecisions',
      metric: metrics.service('IssuerKeysMissing'),
      breach: { atLeast: 1 },
      ...{ minutes: 5, datapoints: 2, periods: 2 },
      missing: 'good',
    },
    {
      id: 'GeoDatabaseOld',
      description:
        'The country database is more than 30 days old: networks have moved, and the licence of GeoLite wants a newer one.',
      severity: 'ticket',
      metric: metrics.service('GeoDatabaseAge'),
      breach: { above: 30 },
      ...{ minutes: 60, datapoints: 1, periods: 1 },
      missing: 'good',
    },
    {
      id: 'LogLinesDropped',
      description: 'Lines of the log were lost: decisions are without their record.',
      severity: 'ticket',
      metric: metrics.service('DroppedLogLines'),
      breach: { atLeast: 1 },
      ...{ minutes: 15, datapoints: 1, periods: 4 },
      missing: 'good',
    },
    {
      id: 'MetricsMalformed',
      description: 'CloudWatch cannot read metrics that the service writes, so alarms lack them.',
      severity: 'ticket',
      metric: sumOfSparse({
        lines: metrics.embeddedMetricErrors('EMFParsingErrors'),
        values: metrics.embeddedMetricErrors('EMFValidationErrors'),
      }),
      breach: { atLeast: 1 },
      ...{ minutes: 15, datapoints: 1, periods: 4 },
      missing: 'good',
    },
    {
      id: 'NoMetrics',
      description: 'No task has said anything for 15 min: all alarms on its metrics are blind.',
      severity: 'ticket',
      metric: metrics.service('Decisions', { statistic: 'SampleCount' }),
      breach: { below: 1 },
      ...{ minutes: 5, datapoints: 3, periods: 3 },
      missing: 'bad',
    },
  ];
}
