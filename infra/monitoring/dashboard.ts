import { Duration, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import type { Service } from '../service.ts';
import type { Metrics } from './metrics.ts';

export interface DashboardProps {
  readonly metrics: Metrics;
  readonly service: Service;
  readonly alarms: readonly cloudwatch.IAlarm[];
}

/** The dashboard: what the alarms say, then requests, times, errors and tasks. */
export function createDashboard(
  scope: Construct,
  { metrics, service, alarms }: DashboardProps,
): cloudwatch.Dashboard {
  const period = Duration.minutes(1);
  const graph = (title: string, left: cloudwatch.IMetric[]) =>
    new cloudwatch.GraphWidget({ title, left, width: 8, height: 6 });
  return new cloudwatch.Dashboard(scope, 'Dashboard', {
    dashboardName: Fn.join('-', [Stack.of(scope).stackName, Stack.of(scope).region]),
    widgets: [
      [
        new cloudwatch.AlarmStatusWidget({
          title: 'Alarms',
          alarms: [...alarms],
          width: 24,
          height: 3,
        }),
      ],
      [
        graph('Requests', [metrics.requests()]),
        graph(
          'Time to answer (s)',
          ['p50', 'p99', 'p99.9'].map((statistic) => metrics.taskResponseTime({ statistic })),
        ),
        graph('Errors', [
          metrics.loadBalancerAnswers(elb.HttpCodeElb.ELB_5XX_COUNT),
          metrics.taskAnswers(elb.HttpCodeTarget.TARGET_5XX_COUNT),
          metrics.taskAnswers(elb.HttpCodeTarget.TARGET_4XX_COUNT),
        ]),
      ],
      [
        graph('Healthy tasks', [metrics.healthyTasks()]),
        graph('CPU and memory (%)', [
          service.service.metricCpuUtilization({ period }),
          service.service.metricMemoryUtilization({ period }),
        ]),
      ],
    ],
  });
}
