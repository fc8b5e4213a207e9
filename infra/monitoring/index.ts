import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { NamedAlarm, Service } from '../service.ts';
import { createAlarm } from './alarms/alarm.ts';
import { type AlarmConfig, alarmDefinitions } from './alarms/index.ts';
import { createDashboard } from './dashboard.ts';
import { Metrics, type MetricsProps } from './metrics.ts';
import { Notifications } from './notifications.ts';

export interface MonitoringProps extends Omit<MetricsProps, 'logGroup'> {
  readonly service: Service;
  readonly config: AlarmConfig & {
    readonly alarmEmail: string | undefined;
    readonly ticketEmail: string | undefined;
  };
}

/** The alarms, who is told of them, and a dashboard. */
export class Monitoring extends Construct {
  readonly dashboard: Dashboard;
  /** The alarms that take back a deployment. */
  readonly rollbackAlarms: readonly NamedAlarm[];

  constructor(scope: Construct, id: string, { service, config, ...props }: MonitoringProps) {
    super(scope, id);
    const metrics = new Metrics(this, { ...props, logGroup: service.logGroup });
    const alarms = alarmDefinitions(metrics, config).map((each) => createAlarm(this, each));
    this.rollbackAlarms = alarms.filter(({ definition }) => definition.rollsBack);
    const { page } = new Notifications(this, 'Notifications', { ...config, alarms });
    this.dashboard = createDashboard(this, {
      metrics,
      service,
      alarms: [page, ...alarms.map(({ alarm }) => alarm)],
    });
  }
}
