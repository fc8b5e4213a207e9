import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Canary } from '../canary.ts';
import type { Refresher } from '../feeds/refresher.ts';
import { SmallFunction } from '../function.ts';
import type { Service } from '../service.ts';

/**
 * Scaling starts further tasks within about three minutes after the service is created with one, and CloudWatch shows
 * a metric of the load balancer within another three. The rest is margin.
 */
export const FIRST_METRICS = Duration.minutes(8);

export interface FirstMetricsProps {
  readonly service: Service;
  /** The canary, if there is one. */
  readonly canary: Canary | undefined;
  /** The refresher, if there are feeds. */
  readonly refresher: Refresher | undefined;
  readonly logRetention: RetentionDays;
}

/**
 * Waits, only when the stack is created, until CloudWatch shows the metrics of the first tasks and of the canary; and when
 * feeds are added, until it shows those of the first run of the refresher. An
 * alarm that depends on this finds them; before, it would take missing data for an outage and page at once.
 */
export class FirstMetrics extends Construct {
  constructor(scope: Construct, id: string, props: FirstMetricsProps) {
    super(scope, id);
    const { service, canary, refresher, logRetention } = props;
    const wait = new SmallFunction(this, 'Wait', {
      source: 'wait.ts',
      description: 'Waits for the first metrics of Risk Gate, before its alarms are created',
      timeout: FIRST_METRICS.plus(Duration.minutes(1)),
      logRetention,
      permissions: [],
    });
    const waitIn = (resourceId: string) =>
      new CustomResource(this, resourceId, {
        resourceType: 'Custom::Wait',
        serviceToken: wait.function.functionArn,
        serviceTimeout: FIRST_METRICS.plus(Duration.minutes(2)),
        properties: { Seconds: FIRST_METRICS.toSeconds() },
      });
    const resource = waitIn('Resource');
    resource.node.addDependency(service.service, service.scaling);
    if (canary !== undefined) resource.node.addDependency(canary);
    // A resource of its own, because feeds may be added to a stack that exists.
    if (refresher !== undefined) waitIn('FirstRun').node.addDependency(refresher.schedule);
  }
}
