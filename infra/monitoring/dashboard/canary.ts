import type { IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { EndpointConfig } from '../../config/endpoint.ts';
import type { Metrics } from '../metrics.ts';
import { graph } from './widgets.ts';

/** Creates the graph of the canary: whether the endpoint responds from outside, and how fast. */
export function canaryGraph(metrics: Metrics, endpoint: EndpointConfig): IWidget {
  return graph({
    title: 'Canary: response time (ms), failures (per minute)',
    unit: 'ms',
    left: [metrics.canary('CanaryLatency', { label: 'response time' })],
    right: [
      metrics.canary('CanaryFailures', { label: 'failures' }),
      metrics.canary('CanaryPending', { label: 'failures before the first success' }),
      ...(endpoint.kind === 'cloudfront'
        ? [metrics.canary('CloudFrontErrorRate', { label: '5xx of CloudFront (%)' })]
        : []),
    ],
    rightUnit: 'failures, %',
  });
}
