import type { Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Canary } from '../canary.ts';
import type { Refresher } from '../feeds/refresher.ts';
import type { NamedAlarm, Service } from '../service.ts';
import { type AlarmDefinition, createAlarm } from './alarms/alarm.ts';
import { type AlarmConfig, alarmDefinitions } from './alarms/index.ts';
import { createDashboard } from './dashboard/dashboard.ts';
import { FirstMetrics } from './first-metrics.ts';
import { Metrics, type MetricsProps } from './metrics.ts';
import { type NotificationConfig, Notifications } from './notifications.ts';
import { RefusedCountries } from './refused-countries.ts';
import { SavedQueries } from './saved-queries.ts';

export interface MonitoringProps extends Omit<MetricsProps, 'logGroup'> {
  readonly service: Service;
  /** The canary, if there is one. */
  readonly canary: Canary | undefined;
  /** The refresher, if there are feeds. */
  readonly refresher: Refresher | undefined;
  readonly config: AlarmConfig &
    NotificationConfig & { readonly logRetentionDays: number; readonly checkBlock: boolean };
}

/** Alarms and their notifications, the dashboard, and saved queries of the log. */
export class Monitoring extends Construct {
  readonly dashboard: Dashboard;
  readonly notifications: Notifications;
  /** The alarms that roll back a deployment. */
  readonly rollbackAlarms: readonly NamedAlarm[];

  constructor(
    scope: Construct,
    id: string,
    { service, canary, refresher, config, ...props }: MonitoringProps,
  ) {
    super(scope, id);
    const { logGroup } = service;
    const metrics = new Metrics(this, { ...props, logGroup });
    const alarms = alarmDefinitions(metrics, config).map((each) => createAlarm(this, each));
    const firstMetrics = new FirstMetrics(this, 'FirstMetrics', {
      service,
      canary,
      refresher,
      logRetention: config.logRetentionDays,
    });
    for (const { alarm, definition } of alarms) {
      if (needsFirstMetrics(definition)) alarm.node.addDependency(firstMetrics);
    }
    this.rollbackAlarms = alarms.filter(({ definition }) => definition.rollsBack);
    this.notifications = new Notifications(this, 'Notifications', { ...config, alarms });
    new SavedQueries(this, 'Queries', { logGroup, hasFeeds: refresher !== undefined });
    const { ruleName } = new RefusedCountries(this, 'RefusedCountries', { logGroup });
    this.dashboard = createDashboard(this, {
      countriesRule: ruleName,
      config,
      metrics,
      service,
      alarms: [this.notifications.page, ...alarms.map(({ alarm }) => alarm)],
    });
  }
}

/** The alarms that roll back a deployment must exist before the service, and do not fire without data. */
function needsFirstMetrics({ severity, missingData, rollsBack }: AlarmDefinition): boolean {
  return rollsBack === undefined && (severity === 'page' || missingData === 'breaching');
}
