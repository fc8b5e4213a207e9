import type { EndpointConfig } from '../../config/endpoint.ts';
import type { Metrics } from '../metrics.ts';
import type { AlarmDefinition } from './alarm.ts';

/**
 * Alarms on the way from the internet to a decision, as the canary sees it. The canary has the credential and an
 * address of its own, so outsiders cannot make it fail without making logins fail.
 */
export function canaryAlarms(metrics: Metrics, endpoint: EndpointConfig): AlarmDefinition[] {
  const failures = metrics.canary('CanaryFailures');
  return [
    {
      id: 'CanaryFails',
      description:
        'Three test requests to the endpoint in a row got no valid response: DNS, the certificate, CloudFront, the firewall, the load balancer or the service is the cause, and logins fail.',
      severity: 'page',
      metric: failures,
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 1, datapoints: 3, periods: 3 },
      // Without data, CanarySilent is in alarm.
      missingData: 'notBreaching',
    },
    {
      id: 'CanaryPending',
      description:
        'No test request to this endpoint has succeeded yet, an hour after the first: its DNS record is missing, or wrong.',
      severity: 'ticket',
      metric: metrics.canary('CanaryPending'),
      breach: { atLeast: 1 },
      evaluation: { periodMinutes: 15, datapoints: 4, periods: 4 },
      missingData: 'notBreaching',
    },
    {
      id: 'CanarySilent',
      description:
        'The canary has reported nothing for 15 min, so nothing tests the endpoint: its function does not run, or cannot read the credential.',
      severity: 'ticket',
      metric: metrics.canary('CanaryFailures', { statistic: 'SampleCount' }),
      breach: { below: 1 },
      evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
      missingData: 'breaching',
    },
    ...(endpoint.kind === 'cloudfront' ? [cloudFrontErrors(metrics)] : []),
  ];
}

function cloudFrontErrors(metrics: Metrics): AlarmDefinition {
  return {
    id: 'CloudFrontErrors',
    description: 'More than 5 % of the responses of CloudFront are errors.',
    // The firewall refuses outsiders with 503. If logins fail, CanaryFails or NoDecisions is in alarm.
    severity: 'ticket',
    metric: metrics.canary('CloudFrontErrorRate'),
    breach: { above: 5 },
    evaluation: { periodMinutes: 5, datapoints: 3, periods: 3 },
    missingData: 'notBreaching',
  };
}
