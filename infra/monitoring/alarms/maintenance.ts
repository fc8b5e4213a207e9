import type { Metrics } from '../metrics.ts';
import { type AlarmDefinition, ONCE_PER_HOUR } from './alarm.ts';
import { sumOfSparseMetrics } from './metric-math.ts';

/** Alarms on secrets, keys, the country database and telemetry: logins continue, but something needs attention. */
export function maintenanceAlarms(metrics: Metrics, previousTtl: string): AlarmDefinition[] {
  return [
    {
      id: 'PreviousCredentialUsed',
      description: `Calls still use the previous version of a rotated secret, which is rejected ${previousTtl} after the rotation: finish the rotation. The log has the time (event previous-credential-used, ends_at).`,
      severity: 'ticket',
      metric: metrics.service('PreviousCredentialUsed'),
      breach: { atLeast: 1 },
      // Notifies of the first use, because there may be little time left.
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
    {
      id: 'SecretRefreshFailures',
      description:
        'A secret cannot be refreshed. Running tasks continue with its last value, but a new task would not start.',
      severity: 'ticket',
      metric: metrics.service('SecretRefreshFailures'),
      breach: { atLeast: 3 },
      evaluation: { periodMinutes: 15, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'IssuerKeyFailures',
      description:
        'The keys of the access token issuer cannot be loaded. Running tasks continue with the last ones for 24 h; a new task has none, and a login whose token is signed with a new key fails.',
      severity: 'ticket',
      metric: metrics.service('IssuerKeyFailures'),
      // A task retries every 30 s, or every 5 s if it has no keys.
      breach: { atLeast: 10 },
      evaluation: { periodMinutes: 15, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'IssuerKeysMissing',
      description:
        'A task has no keys to verify access tokens: every call with a token gets an error, so its login fails.',
      // While the identity server still sends the previous credential, logins continue. Without any decision, they
      // do not.
      severity: 'evidence',
      pagesWith: 'NoDecisions',
      metric: metrics.service('IssuerKeysMissing'),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 5, datapoints: 2, periods: 2 },
      missingData: 'notBreaching',
    },
    {
      id: 'GeoDatabaseOld',
      description:
        'The country database is more than 30 days old: networks have moved, and the GeoLite licence requires a newer one.',
      severity: 'ticket',
      metric: metrics.service('GeoDatabaseAge'),
      breach: { above: 30 },
      evaluation: { periodMinutes: 60, datapoints: 1, periods: 1 },
      missingData: 'notBreaching',
    },
    {
      id: 'LogLinesDropped',
      description: 'Log lines were dropped: some decisions have no record.',
      severity: 'ticket',
      metric: metrics.service('DroppedLogLines'),
      breach: { atLeast: 1 },
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
    {
      id: 'MetricsMalformed',
      description:
        'CloudWatch rejects metrics that the service writes, so alarms on them lack data.',
      severity: 'ticket',
      metric: sumOfSparseMetrics({
        parsing: metrics.embeddedMetricErrors('EMFParsingErrors'),
        validation: metrics.embeddedMetricErrors('EMFValidationErrors'),
      }),
      breach: { atLeast: 1 },
      evaluation: ONCE_PER_HOUR,
      missingData: 'notBreaching',
    },
    {
      id: 'NoMetrics',
      description: 'No task has written metrics for 15 min: no alarm on them can detect anything.',
      severity: 'ticket',
      metric: metrics.service('Decisions', { statistic: 'SampleCount' }),
      breach: { below: 1 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'breaching',
    },
  ];
}
