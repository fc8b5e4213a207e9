import { Duration, Fn, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { Service } from '../service.ts';
import { blocked } from './dashboard/blocked.ts';
import { monitorMode } from './dashboard/monitor-mode.ts';
import { quota } from './dashboard/quota.ts';
import { speed } from './dashboard/speed.ts';
import { usOrThem } from './dashboard/us-or-them.ts';
import { heading, type Row, WIDTH } from './dashboard/widgets.ts';
import type { Metrics } from './metrics.ts';

export interface DashboardProps {
  readonly metrics: Metrics;
  readonly service: Service;
  readonly alarms: readonly cloudwatch.IAlarm[];
  /** The rule of Contributor Insights that counts refusals by country. */
  readonly countriesRule: string;
}

/** The dashboard: what the alarms say, then a row for each question that an operator has. */
export function createDashboard(scope: Construct, props: DashboardProps): cloudwatch.Dashboard {
  const { metrics, alarms, countriesRule } = props;
  const { stackName, region } = Stack.of(scope);
  const rows: readonly Row[] = [
    { question: 'Is anything wrong?', lines: [[alarmStatus(alarms)]] },
    blocked({ metrics, countriesRule, region, folder: stackName }),
    usOrThem(props),
    speed(metrics),
    quota(metrics),
    monitorMode(metrics),
  ];
  return new cloudwatch.Dashboard(scope, 'Dashboard', {
    dashboardName: Fn.join('-', [stackName, region]),
    defaultInterval: Duration.hours(3),
    // The titles say "per minute": a sum over a longer period would be another number.
    periodOverride: cloudwatch.PeriodOverride.INHERIT,
    widgets: rows.flatMap((row) => [[heading(row)], ...row.lines.map((line) => [...line])]),
  });
}

function alarmStatus(alarms: readonly cloudwatch.IAlarm[]): cloudwatch.IWidget {
  return new cloudwatch.AlarmStatusWidget({
    title: 'Alarms',
    alarms: [...alarms],
    sortBy: cloudwatch.AlarmStatusWidgetSortBy.STATE_UPDATED_TIMESTAMP,
    width: WIDTH,
    height: 4,
  });
}
