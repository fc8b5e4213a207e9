import { Duration, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { EndpointConfig } from '../../config/endpoint.ts';
import type { FeedsConfig } from '../../config/feeds.ts';
import type { Service } from '../../service.ts';
import type { Metrics } from '../metrics.ts';
import { blockedRow } from './blocked.ts';
import { canaryGraph } from './canary.ts';
import { failuresRow } from './failures.ts';
import { feedsRow } from './feeds.ts';
import { latencyRow } from './latency.ts';
import { monitorModeRow } from './monitor-mode.ts';
import { quotaRow } from './quota.ts';
import { requestsRow } from './requests.ts';
import { DASHBOARD_COLUMNS, heading, type Row } from './widgets.ts';

export interface DashboardProps {
  readonly metrics: Metrics;
  readonly service: Service;
  readonly alarms: readonly cloudwatch.IAlarm[];
  /** Name of the Contributor Insights rule that counts refusals by country. */
  readonly countriesRule: string;
  readonly config: {
    readonly canary: boolean;
    readonly decisionDeadlineMs: number;
    readonly endpoint: EndpointConfig;
    readonly feeds: Pick<FeedsConfig, 'feeds'>;
    readonly checkBlock: boolean;
  };
}

/** Creates the dashboard: the state of the alarms, then one row per question of an operator. */
export function createDashboard(scope: Construct, props: DashboardProps): cloudwatch.Dashboard {
  const { metrics, alarms, countriesRule, config } = props;
  const { stackName, region } = Stack.of(scope);
  const hasFeeds = config.feeds.feeds.length > 0;
  const canary = config.canary ? [canaryGraph(metrics, config.endpoint)] : [];
  const rows: readonly Row[] = [
    { question: 'Is anything wrong?', lines: [[alarmStatus(alarms, canary), ...canary]] },
    blockedRow({ metrics, countriesRule, region, folder: stackName, hasFeeds }),
    requestsRow(metrics, config.canary),
    failuresRow(props),
    latencyRow(metrics, config.decisionDeadlineMs),
    quotaRow({
      metrics,
      feeds: config.feeds.feeds,
      checkBlock: config.checkBlock,
      logGroup: props.service.logGroup,
    }),
    monitorModeRow(metrics),
    ...(hasFeeds ? [feedsRow(metrics, config.feeds)] : []),
  ];
  return new cloudwatch.Dashboard(scope, 'Dashboard', {
    dashboardName: Fn.join('-', [stackName, region]),
    defaultInterval: Duration.hours(3),
    // Titles say "per minute", so the period must not change with the time range.
    periodOverride: cloudwatch.PeriodOverride.INHERIT,
    widgets: rows.flatMap((row) => [[heading(row)], ...row.lines.map((line) => [...line])]),
  });
}

/** Creates the widget of all alarms, in the space that the other widgets of its line leave. */
function alarmStatus(
  alarms: readonly cloudwatch.IAlarm[],
  others: readonly cloudwatch.IWidget[],
): cloudwatch.IWidget {
  return new cloudwatch.AlarmStatusWidget({
    title: 'Alarms',
    alarms: [...alarms],
    sortBy: cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
    width: DASHBOARD_COLUMNS - others.reduce((sum, { width }) => sum + width, 0),
    height: Math.max(4, ...others.map(({ height }) => height)),
  });
}
